import { existsSync, readFileSync } from 'node:fs';
import type { Machine } from '../../report/machine.js';
import type { RowSummary } from './summary.js';

/** A row as it was run last: all its clients on the same machine, one right after the other. */
export interface KeptRow {
  /** With the versions of the packages that are compared in this row. */
  readonly machine: Machine;
  readonly seed: number;
  readonly summary: RowSummary;
}

/**
 * What FAULTS.md is made of: these rows in place of the ones kept earlier, in the order of the fault table. A row that
 * the table has no more is dropped.
 */
export function withEarlier(
  now: readonly KeptRow[],
  file: URL,
  rowNames: readonly string[],
): readonly KeptRow[] {
  const earlier = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as readonly KeptRow[]) : [];
  const byName = new Map([...earlier, ...now].map((kept) => [kept.summary.row, kept]));
  return rowNames.flatMap((name) => byName.get(name) ?? []);
}

/** Whether each client has findings: a row that was cut short by the time limit takes nobody's place. */
export function isWhole({ clients }: RowSummary): boolean {
  return clients.every(({ repetitions, broken }) => repetitions + broken.length > 0);
}

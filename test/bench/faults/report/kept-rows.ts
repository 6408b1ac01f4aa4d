import { existsSync, readFileSync } from 'node:fs';
import type { Machine } from '../../report/machine.js';
import type { RowSummary } from './summary.js';

/** The latest results of a row; all of its clients ran on the same machine, one after the other. */
export interface KeptRow {
  /** The machine on which the row was measured, with the versions of the packages that the row compares. */
  readonly machine: Machine;
  readonly seed: number;
  readonly summary: RowSummary;
}

/**
 * Returns the rows for FAULTS.md in the order of the fault table: the new rows, and earlier results for all other rows.
 * A row that the table no longer contains is dropped.
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

/**
 * Whether each client has results or a reason why it has none; a row that the time limit cut short does not
 * replace earlier results.
 */
export function isWhole({ clients }: RowSummary): boolean {
  return clients.every(({ repetitions, broken }) => repetitions + broken.length > 0);
}

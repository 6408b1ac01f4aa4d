import { medianOf } from '../../report/statistics.js';
import { figureColumns, figureNames, type FigureName } from '../figure.js';
import type { AnyRow } from '../row.js';
import type { Cell } from '../run-all.js';

/** The median and maximum of a measurement over all repetitions; `null` means that the event did not happen. */
export interface Aggregate {
  readonly median: number | null;
  readonly max: number | null;
}

/** The results of one client or stack in one row of the fault table. */
export interface ClientSummary {
  readonly client: string;
  readonly label: string;
  readonly repetitions: number;
  readonly figures: Readonly<Partial<Record<FigureName, Aggregate>>>;
  /** For each run that ended without measurements, the reason. */
  readonly broken: readonly string[];
}

export interface RowSummary {
  readonly row: string;
  readonly title: string;
  readonly what: string;
  /** The longest run. */
  readonly seconds: number;
  readonly clients: readonly ClientSummary[];
  /** The setup of each client or stack that is compared only in this row. */
  readonly stacks?: readonly { readonly label: string; readonly setup: string }[];
}

/**
 * Combines the runs of each row of the fault table and each client; rows without any of the chosen clients are left
 * out.
 */
export function summarise(rows: readonly AnyRow[], cells: readonly Cell[]): RowSummary[] {
  return rows.flatMap((row) => {
    const own = cells.filter((cell) => cell.row === row);
    const clients = own.map(summariseClient);
    if (clients.length === 0) return [];
    const stacks = own.map(({ client: { label, setup } }) => ({ label, setup }));
    const { name, title, what } = row;
    const seconds = Math.round(Math.max(0, ...own.flatMap(({ runsMs }) => runsMs)) / 1_000);
    return [{ row: name, title, what, seconds, clients, ...(row.stacks === undefined ? {} : { stacks }) }];
  });
}

/**
 * Returns the measurements that are worth showing for this row; columns in which every client has zero are left out.
 */
export function columnsOf({ clients }: RowSummary): FigureName[] {
  const alwaysShown = new Set<FigureName>([
    'recoveredMs',
    'failed',
    'answered',
    'duplicates',
    'lost',
    'missing',
    'unwanted',
    'missedGuards',
    'loginsLost',
    'overLimit',
    'mostLoads',
    'outdated',
    'ended',
    'printedLines',
  ]);
  return figureNames.filter((name) =>
    clients.some(({ figures }) => {
      const aggregate = figures[name];
      if (aggregate === undefined) return false;
      return alwaysShown.has(name) || aggregate.median !== 0 || aggregate.max !== 0;
    }),
  );
}

/** Returns median and maximum as a cell of a table, such as `60 (200)`. */
export function cellText(aggregate: Aggregate | undefined, name: FigureName): string {
  if (aggregate === undefined) return '';
  const median = numberText(aggregate.median, name);
  const max = numberText(aggregate.max, name);
  return median === max ? median : `${median} (${max})`;
}

function summariseClient({ client, results }: Cell): ClientSummary {
  const findings = results.flatMap((result) => (result.kind === 'findings' ? [result.findings.figures] : []));
  const broken = results.flatMap((result) => (result.kind === 'broken' ? [result.reason] : []));
  const figures = Object.fromEntries(
    figureNames.flatMap((name) => {
      const values = findings.flatMap((each) => (each[name] === undefined ? [] : [each[name] ?? Infinity]));
      return values.length === 0 ? [] : [[name, aggregateOf(values)]];
    }),
  );
  return { client: client.name, label: client.label, repetitions: findings.length, figures, broken };
}

function aggregateOf(values: readonly number[]): Aggregate {
  const finite = (value: number): number | null =>
    Number.isFinite(value) ? Math.round(value * 100) / 100 : null;
  // An average of a number and "never" (infinity) makes no sense, so for an even number of runs the worse of
  // the two middle values is the median.
  const median = medianOf(values);
  return { median: finite(median), max: finite(Math.max(...values)) };
}

function numberText(value: number | null, name: FigureName): string {
  if (value === null) return 'never';
  const { unit } = figureColumns[name];
  switch (unit) {
    case 'ms':
      return value < 10 ? String(Math.round(value * 10) / 10) : Math.round(value).toLocaleString('en');
    case 's':
      return value.toFixed(2);
    case 'count':
      return Math.round(value).toLocaleString('en');
    case 'share':
      return value.toFixed(3);
    default:
      return unit satisfies never;
  }
}

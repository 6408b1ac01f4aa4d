import { grouped } from './grouped.js';
import { together, type Figures } from '../check/figures.js';
import type { Result } from './results.js';

export const headings: readonly string[] = [
  'client',
  'operations',
  'answered',
  'lost',
  'ran twice',
  "another's answer",
  'stale',
  'went back',
  'unexplained',
  'never settled',
  'wrong outcome',
  'longest wait',
  'recovery, median (worst)',
  'lost by the servers',
];

/** Returns one row for each client, with the combined figures of all its runs. */
export function rowsOf(results: readonly Result[]): readonly (readonly string[])[] {
  return [...grouped(results, ({ label }) => label)].map(([label, own]) => {
    const figures = own.flatMap(({ outcome }) => (outcome.kind === 'recorded' ? outcome.figures : []));
    if (figures.length > 0) return [label, ...cellsOf(together(figures))];
    const [{ outcome } = { outcome: undefined }] = own;
    const reason = outcome === undefined || outcome.kind === 'recorded' ? '' : outcome.reason;
    return [label, reason, ...Array.from({ length: headings.length - 2 }, () => '')];
  });
}

/** Returns the violations of a run by name. */
export function anomaliesOf(figures: Figures): readonly (readonly [name: string, count: number])[] {
  return [
    ['lost', figures.lost],
    ['ran twice', figures.ranTwice],
    ["another's answer", figures.otherAnswer],
    ['stale', figures.stale],
    ['went back', figures.wentBack],
    ['unexplained', figures.unexplained],
    ['never settled', figures.neverSettled],
    ['wrong outcome', figures.wrongOutcome],
  ];
}

function cellsOf(figures: Figures): readonly string[] {
  const { operations, answered, undecided, longestMs, recoveriesMs, lostByServer } = figures;
  const counts = anomaliesOf(figures).map(([name, count]) =>
    name === 'unexplained' && undecided > 0 ? `${count} (${undecided} undecided)` : String(count),
  );
  const share = operations === 0 ? 0 : (100 * answered) / operations;
  const ordered = recoveriesMs.map((ms) => ms ?? Infinity).toSorted((left, right) => left - right);
  const median = ordered[ordered.length >> 1];
  const recovery = median === undefined ? '' : `${timeText(median)} (${timeText(ordered.at(-1) ?? 0)})`;
  return [
    String(operations),
    `${share.toFixed(1)} %`,
    ...counts,
    timeText(longestMs),
    recovery,
    String(lostByServer),
  ];
}

function timeText(ms: number): string {
  if (ms === Infinity) return 'never';
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

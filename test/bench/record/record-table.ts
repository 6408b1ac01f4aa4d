import type { Figures, Run } from './run.js';
import type { WorldKind } from './worlds/world.js';

export const headings: readonly string[] = [
  'client',
  'operations',
  'answered',
  'lost',
  'ran twice',
  "another's answer",
  'stale',
  'unexplained',
  'never settled',
  'wrong outcome',
  'longest wait',
  'recovery, median (worst)',
  'lost by the servers',
];

/** One row for each client that went through the world. */
export function rowsOf(runs: readonly Run[], world: WorldKind): readonly (readonly string[])[] {
  return runs
    .filter((run) => run.world === world)
    .map(({ client, outcome }) => {
      if (outcome.kind === 'broken') return [client.label, outcome.reason];
      return [client.label, ...cellsOf(outcome.figures)];
    });
}

/** The anomalies of a run, by what they are called. */
export function anomaliesOf(figures: Figures): readonly (readonly [name: string, count: number])[] {
  return [
    ['lost', figures.lost],
    ['ran twice', figures.ranTwice],
    ["another's answer", figures.otherAnswer],
    ['stale', figures.stale],
    ['unexplained', figures.unexplained],
    ['never settled', figures.neverSettled],
    ['wrong outcome', figures.wrongOutcome],
  ];
}

function cellsOf(figures: Figures): readonly string[] {
  const { operations, answered, unexplained, undecided, longestMs, recoveriesMs, lostByServer } = figures;
  const counts = anomaliesOf(figures).map(([name, count]) =>
    name === 'unexplained' && undecided > 0 ? `${unexplained} (${undecided} undecided)` : String(count),
  );
  const share = operations === 0 ? 0 : (100 * answered) / operations;
  const ordered = recoveriesMs.toSorted((left, right) => left - right);
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

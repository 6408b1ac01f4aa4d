import type { OutageKind } from './accept-queue.js';
import type { Scenario } from './simulate.js';
import type { StrategyName } from './strategies.js';

/** One table: a fleet and its outages, with one row for each strategy. */
export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** One line of a table: the mean over several outages of similar length. */
export interface Row {
  readonly label: string;
  readonly strategy: StrategyName;
  readonly scenarios: readonly Scenario[];
}

const shipped = ['Redis Resilience', 'ioredis 6', 'ioredis 5', 'node-redis 6'] as const;
const kinds = ['refused', 'black-holed'] as const;
/**
 * Several lengths for each kind of outage, because clients that all retry at the same moments do well with
 * one length and badly with the next.
 */
const blips = [50, 60, 80];
const short = [5_000, 6_100, 7_300, 8_200, 9_500];
const long = [60_000, 63_700];
const hours = [600_000];

/**
 * What is simulated.
 *
 * @param isComplete also what takes minutes
 */
export function sections(seed: number, isComplete: boolean): Section[] {
  const fleet = (
    kind: OutageKind,
    lengthsMs: readonly number[],
    processes = 10_000,
    connectionsPerProcess = 1,
  ) => lengthsMs.map((outageMs): Scenario => ({ processes, connectionsPerProcess, kind, outageMs, seed }));
  const compared = (title: string, kind: OutageKind, lengthsMs: readonly number[]): Section => ({
    title: `10,000 clients, ${title}, ${kind}`,
    rows: shipped.map((strategy) => ({ label: strategy, strategy, scenarios: fleet(kind, lengthsMs) })),
  });
  const row = (label: string, strategy: StrategyName, scenarios: Scenario[]): Row => ({
    label,
    strategy,
    scenarios,
  });
  return [
    ...kinds.map((kind) => compared('blip of 50 to 80 ms', kind, blips)),
    ...kinds.map((kind) => compared('5 to 9.5 s', kind, short)),
    ...kinds.map((kind) => compared('60 to 64 s', kind, long)),
    ...(isComplete ? kinds : kinds.slice(0, 1)).map((kind) => compared('600 s', kind, hours)),
    {
      title: '1,000 processes with 10 connections each, 20 s, refused',
      rows: (['Redis Resilience', 'a dialer per connection', 'ioredis 6', 'node-redis 6'] as const).map(
        (name) => row(name, name, fleet('refused', [20_000], 1_000, 10)),
      ),
    },
    {
      title: 'Redis Resilience by size of the fleet, 20 s, refused',
      rows: [
        ...[50, 100, 250, 1_000, 3_000, 10_000, 25_000].map((size) =>
          row(`${size.toLocaleString('en')} clients`, 'Redis Resilience', fleet('refused', [20_000], size)),
        ),
        row('50,000 clients', 'Redis Resilience', fleet('refused', [20_000], 50_000)),
        row('50,000 clients, maxPeriodMs 15,000', 'longest period 15 s', fleet('refused', [20_000], 50_000)),
      ],
    },
    {
      title: '10,000 clients that misjudge the size of the fleet, 20 s, refused',
      rows: (['estimate 3 times too low', 'estimate 3 times too high'] as const).map((name) =>
        row(name, name, fleet('refused', [20_000])),
      ),
    },
  ];
}

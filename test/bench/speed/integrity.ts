import { createRedisResilience } from '@redis-resilience/core';
import { startRedis } from '@redis-resilience/testing';
import { medianOf } from '../report/statistics.js';
import { alternate, ratioOf } from './alternate.js';
import { load } from './load.js';
import type { Depth, Measurement, Ratio, Verdict } from './measurement.js';

const kinds = ['off', 'idle', 'load'] as const;
const callers = 50;
const targets = [
  { kind: 'idle', atLeast: 0.99 },
  { kind: 'load', atLeast: 0.98 },
] as const;

/** Measures throughput at 50 callers for each value of the option `integrity`. */
export async function measureIntegrity({ rounds, roundMs }: Depth): Promise<Measurement> {
  await using server = await startRedis();
  const of = (integrity: (typeof kinds)[number]) =>
    createRedisResilience(server.url, { logger: false, connection: { integrity } });
  const resiliences = { off: of('off'), idle: of('idle'), load: of('load') };
  const loadOn = (kind: (typeof kinds)[number], ms: number) => {
    const { client } = resiliences[kind];
    const measured = {
      get: (key: string) => client.get(key),
      set: (key: string, value: string) => client.set(key, value),
      close: () => Promise.resolve(),
    };
    return load(measured, callers, ms);
  };
  for (const kind of kinds) await loadOn(kind, 500);
  // More rounds than usual, because the limits are narrower than the differences between a few rounds.
  const results = await alternate(kinds, rounds * 6, (kind) => loadOn(kind, roundMs));
  const speeds = (kind: (typeof kinds)[number]): number[] => results[kind].map(({ perSecond }) => perSecond);
  const ratios: Ratio[] = [];
  const verdicts: Verdict[] = [];
  for (const { kind, atLeast } of targets) {
    const speed = ratioOf(speeds(kind), speeds('off'));
    ratios.push({ name: `throughput with integrity ${kind}`, ...speed, better: 'higher' });
    verdicts.push({
      target: `integrity ${kind}: throughput at least ${atLeast} of off: ${speed.value.toFixed(3)}`,
      isMet: speed.value >= atLeast,
    });
  }
  for (const resilience of Object.values(resiliences)) await resilience.close({ drainMs: 0 });
  const rows = kinds.map((kind) => [
    kind,
    (medianOf(speeds(kind)) / 1_000).toFixed(1),
    ratioOf(speeds(kind), speeds('off')).value.toFixed(3),
  ]);
  return {
    title: `Proving the order of replies, ${callers} callers`,
    headings: ['connection.integrity', 'thousand/s', 'of off'],
    rows,
    ratios,
    verdicts,
  };
}

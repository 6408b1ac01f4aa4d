import { createRedisResilience, runWithBudget } from '@redis-resilience/core';
import { startCluster, startRedis } from '@redis-resilience/testing';
import { Cluster, Redis } from 'ioredis';
import { medianOf } from '../report/statistics.js';
import { alternate, ratioOf } from './alternate.js';
import type { MeasuredClient } from './client-kinds.js';
import { load, type LoadResult } from './load.js';
import type { Depth, Measurement, Ratio, Verdict } from './measurement.js';

const kinds = ['bare', 'ours'] as const;
type Kind = (typeof kinds)[number];

/** One measurement: its clients, and the number of callers. */
interface Scene {
  readonly name: string;
  readonly clients: Readonly<Record<Kind, MeasuredClient>>;
  readonly callers: number;
  /** Whether calls have a request budget, in which case the protected client cannot take its fast path. */
  readonly hasBudget: boolean;
}

/**
 * Measures commands that cannot take the fast path: those to a Cluster, and those of requests with a budget.
 */
export async function measureClusters({ rounds, roundMs }: Depth): Promise<Measurement> {
  await using cluster = await startCluster({ nodes: 3, replicas: 0 });
  await using server = await startRedis();
  const nodes = cluster.addresses.map(({ host, port }) => ({ host, port }));
  const protectedCluster = createRedisResilience({ cluster: nodes });
  const protectedRedis = createRedisResilience(server.url);
  const [bareCluster, bareRedis] = [new Cluster(nodes), new Redis(server.url)];
  const ofCluster = { bare: measured(bareCluster), ours: measured(protectedCluster.client) };
  const ofServer = { bare: measured(bareRedis), ours: measured(protectedRedis.client) };
  const scenes: readonly Scene[] = [
    ...[1, 50, 500].map((callers) => ({
      name: `a Cluster, ${callers}`,
      clients: ofCluster,
      callers,
      hasBudget: false,
    })),
    { name: 'with a request budget, 50', clients: ofServer, callers: 50, hasBudget: true },
  ];
  const rows: string[][] = [];
  const ratios: Ratio[] = [];
  const verdicts: Verdict[] = [];
  for (const { name, clients, callers, hasBudget } of scenes) {
    const run = (kind: Kind, ms: number): Promise<LoadResult> => {
      const start = (): Promise<LoadResult> => load(clients[kind], callers, ms);
      return hasBudget && kind === 'ours' ? runWithBudget(3_600_000, start) : start();
    };
    for (const kind of kinds) await run(kind, 300);
    const results = await alternate(kinds, rounds, (kind) => run(kind, roundMs));
    const ratio = (of: keyof LoadResult): { value: number; spread: number } =>
      ratioOf(
        results.ours.map((result) => result[of]),
        results.bare.map((result) => result[of]),
      );
    const [speed, cost] = [ratio('perSecond'), ratio('cpuMicros')];
    for (const kind of kinds) {
      const median = (of: keyof LoadResult): number => medianOf(results[kind].map((result) => result[of]));
      rows.push([
        `${name}, ${kind === 'ours' ? 'Redis Resilience' : 'ioredis'}`,
        (median('perSecond') / 1_000).toFixed(1),
        median('cpuMicros').toFixed(2),
        median('p99Ms').toFixed(3),
      ]);
    }
    ratios.push(
      { name: `throughput of ${name}`, ...speed, better: 'higher' },
      { name: `CPU per command of ${name}`, ...cost, better: 'lower' },
    );
    verdicts.push({
      target: `${name} callers, throughput not below ioredis: ${speed.value.toFixed(2)} of it`,
      isMet: speed.value >= 1,
    });
  }
  await Promise.all([protectedCluster, protectedRedis].map((each) => each.close({ drainMs: 0 })));
  for (const bare of [bareCluster, bareRedis]) bare.disconnect();
  const headings = ['callers, client', 'thousand/s', 'CPU µs', 'p99 ms'];
  return { title: 'Cluster, and requests with a budget', headings, rows, ratios, verdicts };
}

function measured(client: Redis | Cluster): MeasuredClient {
  return {
    get: (key) => client.get(key),
    set: (key, value) => client.set(key, value),
    close: () => Promise.resolve(),
  };
}

import { createRedisResilience } from '@redis-resilience/core';
import { createNodeRedisClient } from '@redis-resilience/node-redis';
import { startRedis } from '@redis-resilience/testing';
import * as redis from 'redis';
import { medianOf } from '../report/statistics.js';
import { alternate, ratioOf } from './alternate.js';
import type { MeasuredClient } from './client-kinds.js';
import { load } from './load.js';
import type { Depth, Measurement, Ratio, Verdict } from './measurement.js';

const kinds = ['node-redis', 'front'] as const;
type Kind = (typeof kinds)[number];

const loads = [
  { name: 'GET and SET', callers: 1, atMost: 1, isMulti: false },
  { name: 'GET and SET', callers: 50, atMost: 1, isMulti: false },
  { name: 'GET and SET', callers: 500, atMost: 1, isMulti: false },
  { name: 'MULTI of five', callers: 50, atMost: 1.5, isMulti: true },
] as const;

/** Compares the CPU time of node-redis on top of the protected connection with node-redis on its own. */
export async function measureFront({ rounds, roundMs }: Depth): Promise<Measurement> {
  await using server = await startRedis();
  const resilience = createRedisResilience(server.url, { logger: false });
  const clients: Record<Kind, NodeRedis> = {
    'node-redis': redis.createClient({ url: server.url }),
    front: createNodeRedisClient(resilience, redis) as never,
  };
  for (const client of Object.values(clients)) {
    client.on('error', ignore);
    await client.connect();
  }
  const rows: string[][] = [];
  const ratios: Ratio[] = [];
  const verdicts: Verdict[] = [];
  for (const { name, callers, atMost, isMulti } of loads) {
    const measuredOf = (kind: Kind): MeasuredClient =>
      isMulti ? multiOf(clients[kind]) : plainOf(clients[kind]);
    for (const kind of kinds) await load(measuredOf(kind), callers, 300);
    const results = await alternate(kinds, rounds, (kind) => load(measuredOf(kind), callers, roundMs));
    const cpu = (kind: Kind): number[] => results[kind].map(({ cpuMicros }) => cpuMicros);
    const cost = ratioOf(cpu('front'), cpu('node-redis'));
    const what = `${name} at ${callers}`;
    rows.push([what, ...kinds.map((kind) => medianOf(cpu(kind)).toFixed(2)), cost.value.toFixed(2)]);
    ratios.push({ name: `CPU in front of node-redis, ${what}`, ...cost, better: 'lower' });
    verdicts.push({
      target: `in front of node-redis, ${what}: CPU at most ${atMost} of it: ${cost.value.toFixed(2)}`,
      isMet: cost.value <= atMost,
    });
  }
  for (const client of Object.values(clients)) client.destroy();
  await resilience.close({ drainMs: 0 });
  const headings = ['load', 'node-redis: CPU µs', 'in front: CPU µs', 'of node-redis'];
  return { title: 'A client of node-redis in front', headings, rows, ratios, verdicts };
}

type NodeRedis = ReturnType<typeof redis.createClient>;

function plainOf(client: NodeRedis): MeasuredClient {
  return {
    get: (key) => client.get(key),
    set: (key, value) => client.set(key, value),
    close: () => Promise.resolve(),
  };
}

function multiOf(client: NodeRedis): MeasuredClient {
  const five = (key: string): Promise<unknown> =>
    client.multi().set(key, 'a').get(key).incr('n').get('n').del(key).exec();
  return { get: five, set: five, close: () => Promise.resolve() };
}

function ignore(): void {
  // A server that ends with the benchmark is no news.
}

import { protect } from '@redis-resilience/core';
import { startRedis } from '@redis-resilience/testing';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { medianOf } from '../report/statistics.js';
import { alternate, ratioOf } from './alternate.js';
import type { Depth, Measurement, Ratio, Verdict } from './measurement.js';

const kinds = ['ioredis', 'node-redis', 'Redis Resilience'] as const;
const value = 'x'.repeat(64);
// V8 compiles the code of a protected client, which is longer, later than that of ioredis.
const warmUpMs = 1_500;
const batches = [
  { title: 'MULTI of 5', size: 5, isTransaction: true },
  { title: 'pipeline of 10', size: 10, isTransaction: false },
  { title: 'pipeline of 100', size: 100, isTransaction: false },
] as const;

type Batch = (typeof batches)[number];
type Send = (batch: Batch) => Promise<unknown>;

/** Compares the CPU time of a pipeline and of a transaction with ioredis and node-redis. */
export async function measureBatches({ rounds, roundMs }: Depth): Promise<Measurement> {
  await using server = await startRedis();
  const bare = new Redis(server.url);
  const resilience = protect(new Redis(server.url));
  const other = createClient({ url: server.url });
  for (const client of [bare, resilience.client, other]) client.on('error', () => undefined);
  await other.connect();
  const senders: Readonly<Record<(typeof kinds)[number], Send>> = {
    ioredis: byIoredis(bare),
    'node-redis': ({ size, isTransaction }) => {
      const multi = other.multi();
      for (let index = 0; index < size; index++) {
        if (index & 1) multi.get('k');
        else multi.set('k', value);
      }
      return isTransaction ? multi.exec() : multi.execAsPipeline();
    },
    'Redis Resilience': byIoredis(resilience.client),
  };
  const rows: string[][] = [];
  const ratios: Ratio[] = [];
  const verdicts: Verdict[] = [];
  for (const batch of batches) {
    for (const kind of kinds) await micros(senders[kind], batch, warmUpMs);
    const costs = await alternate(kinds, rounds, (kind) => micros(senders[kind], batch, roundMs / 2));
    const beside = (kind: (typeof kinds)[number]) => ratioOf(costs['Redis Resilience'], costs[kind]);
    for (const kind of kinds) {
      const cost = ratioOf(costs[kind], costs.ioredis).value.toFixed(2);
      rows.push([`${batch.title}, ${kind}`, medianOf(costs[kind]).toFixed(1), cost]);
    }
    ratios.push({ name: `CPU of a ${batch.title}`, ...beside('ioredis'), better: 'lower' });
    verdicts.push({
      target: `a ${batch.title} takes no more CPU time than with ioredis: ${beside('ioredis').value.toFixed(2)} of it`,
      isMet: beside('ioredis').value <= 1,
    });
  }
  bare.disconnect();
  other.destroy();
  await resilience.close({ drainMs: 0 });
  return {
    title: 'Batches, one after the other',
    headings: ['batch, client', 'CPU µs', 'of ioredis'],
    rows,
    ratios,
    verdicts,
  };
}

function byIoredis(client: Redis): Send {
  return ({ size, isTransaction }) => {
    const batch = isTransaction ? client.multi() : client.pipeline();
    for (let index = 0; index < size; index++) {
      if (index & 1) batch.get('k');
      else batch.set('k', value);
    }
    return batch.exec();
  };
}

async function micros(send: Send, batch: Batch, ms: number): Promise<number> {
  const endsAt = performance.now() + ms;
  const before = process.cpuUsage();
  let sent = 0;
  for (; performance.now() < endsAt; sent++) await send(batch);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / sent;
}

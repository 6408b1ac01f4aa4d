import { startRedis } from '@redis-resilience/testing';
import { alternate, ratioOf } from './alternate.js';
import { medianOf } from '../report/statistics.js';
import { connectClient } from './client-kinds.js';
import { load } from './load.js';
import type { Depth, Measurement } from './measurement.js';

const sizes = [1, 10, 100, 1_000, 10_000] as const;

/** Measures the cost of a command for different numbers of commands in flight. */
export async function measureFlights({ rounds, roundMs }: Depth): Promise<Measurement> {
  await using server = await startRedis();
  const clients = {
    bare: await connectClient('bare', server.url),
    ours: await connectClient('ours', server.url),
  };
  const rows: string[][] = [];
  const cost = new Map<number, number[]>();
  let beside = Number.NaN;
  for (const size of sizes) {
    await load(clients.ours, size, 100);
    const results = await alternate(['bare', 'ours'], Math.min(6, rounds), (kind) =>
      load(clients[kind], size, roundMs),
    );
    const micros = {
      bare: results.bare.map((one) => one.cpuMicros),
      ours: results.ours.map((one) => one.cpuMicros),
    };
    cost.set(size, micros.ours);
    beside = ratioOf(micros.ours, micros.bare).value;
    rows.push([
      size.toLocaleString('en'),
      medianOf(micros.bare).toFixed(2),
      medianOf(micros.ours).toFixed(2),
      beside.toFixed(2),
    ]);
  }
  await clients.bare.close();
  await clients.ours.close();
  const growth = ratioOf(cost.get(10_000) ?? [], cost.get(100) ?? []);
  return {
    title: 'Growth: commands under way',
    headings: ['under way', 'ioredis, CPU µs each', 'Redis Resilience', 'ratio'],
    rows,
    ratios: [{ name: 'cost of being under way, 10,000 to 100', ...growth, better: 'lower' }],
    verdicts: [
      {
        target: `with 10,000 under way, CPU per command not above ioredis: ${beside.toFixed(2)} of it`,
        isMet: beside <= 1,
      },
    ],
  };
}

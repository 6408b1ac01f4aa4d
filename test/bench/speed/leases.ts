import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createRedisResilience, type RedisResilience } from '@redis-resilience/core';
import { startRedis } from '@redis-resilience/testing';
import { medianOf } from '../report/statistics.js';
import type { Depth, Measurement } from './measurement.js';

const callsPerRound = 2_000;
const manyLeases = 1_000_000;
const mostOverMicros = 10;
const mostGrowthMib = 2;

/**
 * Compares the cost of a lease with that of a command on the shared client, and checks that a million leases leave
 * nothing behind.
 */
export async function measureLeases({ rounds }: Depth): Promise<Measurement> {
  await using server = await startRedis();
  const resilience = createRedisResilience(server.url);
  await resilience.ready({ timeoutMs: 5_000 });
  const shared = (): Promise<unknown> => resilience.client.get('k1');
  const leased = (): Promise<unknown> => resilience.lease((client) => client.get('k1'));
  const bare = (): Promise<unknown> => resilience.lease(() => undefined);
  const micros: Record<'shared' | 'leased' | 'bare', number[]> = { shared: [], leased: [], bare: [] };
  await cpuMicros(leased, callsPerRound);
  // More rounds than usual, because the limit is narrower than the differences between a few rounds.
  for (let round = 0; round < rounds * 5; round++) {
    micros.shared.push(await cpuMicros(shared, callsPerRound));
    micros.leased.push(await cpuMicros(leased, callsPerRound));
    micros.bare.push(await cpuMicros(bare, callsPerRound));
  }
  const growthMib = await growthOver(resilience, manyLeases);
  await resilience.close({ drainMs: 0 });
  const over = medianOf(micros.leased.map((each, round) => each - (micros.shared[round] as number)));
  return {
    title: 'Leases, one caller after the other',
    headings: ['call', 'CPU µs'],
    rows: [
      ['GET on the shared client', medianOf(micros.shared).toFixed(2)],
      ['a lease with one GET', medianOf(micros.leased).toFixed(2)],
      ['the lease alone', medianOf(micros.bare).toFixed(2)],
      [`heap grown over ${manyLeases.toLocaleString('en')} leases, MiB`, growthMib.toFixed(2)],
    ],
    ratios: [],
    verdicts: [
      {
        target: `a lease costs at most ${mostOverMicros} µs more than a command: ${over.toFixed(2)}`,
        isMet: over <= mostOverMicros,
      },
      {
        target: `${manyLeases.toLocaleString('en')} leases leave at most ${mostGrowthMib} MiB: ${growthMib.toFixed(2)}`,
        isMet: growthMib <= mostGrowthMib,
      },
    ],
  };
}

/** Returns the CPU time that this process spends on one call. */
async function cpuMicros(call: () => Promise<unknown>, calls: number): Promise<number> {
  const before = process.cpuUsage();
  for (let index = 0; index < calls; index++) await call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

async function growthOver(resilience: RedisResilience, leases: number): Promise<number> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < leases; index++) await resilience.lease(() => undefined);
  collect();
  return (process.memoryUsage().heapUsed - before) / 2 ** 20;
}

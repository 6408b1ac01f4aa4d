import { startRedis } from '@redis-resilience/testing';
import { expect, it, onTestFinished } from 'vitest';
import { play } from '../../bench/fallback/outage.ts';
import { openShop } from '../../bench/fallback/shop.ts';

// The full outage, with Redis killed for 10 s and frozen for 5 s, is in bench/fallback/shop-in-outage.ts.
it(
  'a cold cache never asks a database for more than it carries in an outage, by its bulkhead',
  { timeout: 60_000 },
  async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const guarded = await openShop(server, { maxConcurrentLoads: 5, requestsPerSecond: 150 });
    const bare = await openShop(server, { maxConcurrentLoads: Infinity, requestsPerSecond: 150 });
    await play(server, { coldMs: 500, killedMs: 1500, betweenMs: 1000, frozenMs: 1500, afterMs: 500 });
    const [withBulkhead, without] = await Promise.all([guarded.close(), bare.close()]);
    expect(withBulkhead.requests).toBeGreaterThan(500);
    // The number of requests that succeed in time depends on the machine, so only the benchmark counts them.
    expect(withBulkhead).toMatchObject({ unmarked: 0, refusedLoads: 0 });
    expect(withBulkhead.mostLoadsAtOnce).toBeLessThanOrEqual(5);
    expect(withBulkhead.stale).toBeGreaterThan(0);
    expect(without.refusedLoads).toBeGreaterThan(0);
  },
);

import { startRedis } from '@redis-resilience/testing';
import { expect, it, onTestFinished } from 'vitest';
import { play } from '../../bench/fallback/outage.ts';
import { openShop } from '../../bench/fallback/shop.ts';

// The whole drama, 10 s killed and 5 s frozen, is bench/fallback/shop-in-outage.ts.
it(
  'a cold cache carries a shop of 500 requests/s on a database of 100 loads/s through an outage, by its bulkhead',
  { timeout: 60_000 },
  async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const guarded = await openShop(server, { maxConcurrentLoads: 5, requestsPerSecond: 500 });
    const bare = await openShop(server, { maxConcurrentLoads: Infinity, requestsPerSecond: 500 });
    await play(server, { coldMs: 500, killedMs: 2000, betweenMs: 1000, frozenMs: 1500, afterMs: 1000 });
    const [withBulkhead, without] = await Promise.all([guarded.close(), bare.close()]);
    expect(withBulkhead.requests).toBeGreaterThan(2500);
    expect(withBulkhead).toMatchObject({ failed: 0, unmarked: 0, refusedLoads: 0 });
    expect(withBulkhead.mostLoadsAtOnce).toBeLessThanOrEqual(5);
    expect(withBulkhead.stale).toBeGreaterThan(0);
    expect(without.failed).toBeGreaterThan(0);
    expect(without.refusedLoads).toBeGreaterThan(0);
  },
);

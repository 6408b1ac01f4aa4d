import { createRedisResilience, systemClock } from '@redis-resilience/core';
import { createCache } from '@redis-resilience/fallback/cache';
import { throttlerStorage } from '@redis-resilience/fallback/limits';
import { createOutbox } from '@redis-resilience/fallback/outbox';
import { startRedis, waitFor } from '@redis-resilience/testing';
import { expect, it, onTestFinished } from 'vitest';

const minuteMs = 60_000;

/** A resilience whose clock the test can set. */
async function stage() {
  const server = await startRedis();
  onTestFinished(() => server.stop());
  let aheadMs = 0;
  const clock = { ...systemClock, wallNow: () => systemClock.wallNow() + aheadMs };
  const resilience = createRedisResilience(server.url, { clock, logger: false });
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  await resilience.ready({ timeoutMs: 5_000 });
  const advance = (ms: number): void => void (aheadMs += ms);
  return { resilience, advance };
}

it('a cache without a clock of its own ages with the clock of its resilience', async () => {
  const { resilience, advance } = await stage();
  const cache = createCache(resilience, { ttlMs: minuteMs, earlyRefreshBeta: 0 });
  let loads = 0;
  const load = (): Promise<number> => Promise.resolve(++loads);
  expect(await cache.getOrLoad('count', load)).toBe(1);
  expect(await cache.getOrLoad('count', load)).toBe(1);
  advance(2 * minuteMs);
  expect(await cache.getOrLoad('count', load)).toBe(2);
});

it('an outbox without a clock of its own drops writes by the clock of its resilience', async () => {
  const { resilience, advance } = await stage();
  const outbox = createOutbox(resilience, { maxAgeMs: minuteMs });
  onTestFinished(() => outbox.close());
  resilience.isolate('a test');
  expect(await outbox.add('incr', ['visits'])).toMatchObject({ state: 'kept' });
  advance(2 * minuteMs);
  await waitFor(() => outbox.size === 0, { timeoutMs: 5_000 });
  expect(outbox.deadLetters()).toMatchObject([{ reason: 'expired' }]);
});

it('a limiter without a clock of its own counts by the clock of its resilience', async () => {
  const { resilience, advance } = await stage();
  resilience.isolate('a test');
  const storage = throttlerStorage(resilience);
  const hits = async (): Promise<number> =>
    (await storage.increment('user', minuteMs, 10, 0, 'default')).totalHits;
  expect([await hits(), await hits()]).toEqual([1, 2]);
  advance(2 * minuteMs);
  expect(await hits()).toBe(1);
});

import { createRedisResilience } from '@redis-resilience/core';
import { startRedis } from '@redis-resilience/testing';
import { expect, it } from 'vitest';

it('a healthy server takes a burst of more bytes than may wait in an outage', async () => {
  await using server = await startRedis();
  // The time limit is long, because the machine determines how long 40 MB take.
  const resilience = createRedisResilience(server.url, { timeoutMs: 20_000 });
  await resilience.ready();
  const value = 'x'.repeat(100_000);
  const calls = Array.from({ length: 400 }, (_, index) => resilience.client.set(`key:${index}`, value));
  const settled = await Promise.allSettled(calls);

  expect(settled.filter(({ status }) => status === 'rejected')).toEqual([]);
  await resilience.close({ drainMs: 0 });
});

import { createRedisResilience } from '@redis-resilience/core';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';

it('a plain client made from the options of a protected one pauses between attempts, and restores subscriptions', async () => {
  const resilience = createRedisResilience({ host: '127.0.0.1', port: 1, db: 3, lazyConnect: true });
  // The cast is necessary because the types of the two option objects differ, although the values fit.
  const { options } = new Redis({ ...resilience.client.options } as never);
  expect(options).toMatchObject({ port: 1, db: 3, autoResubscribe: true, connectTimeout: 10_000 });
  expect(options.retryStrategy?.(1)).toBeGreaterThan(0);
  await resilience.close();
});

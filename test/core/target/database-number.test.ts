import { createRedisResilience } from '@redis-resilience/core';
import type { RedisOptions } from 'ioredis';
import { expect, it } from 'vitest';

it.each(['3', null])('the database may be %j, as ioredis takes it', async (db) => {
  const target = { host: '127.0.0.1', port: 1, db, lazyConnect: true } as unknown as RedisOptions;
  const resilience = createRedisResilience(target);
  expect(Number(resilience.client.options.db)).toBe(Number(db));
  await resilience.close();
});

import { createRedisResilience } from '@redis-resilience/core';
import { startRedis } from '@redis-resilience/testing';
import { afterEach, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.useRealTimers();
});

it('a new client connects and answers while a test holds all timers, as plain ioredis does', async () => {
  await using server = await startRedis();
  vi.useFakeTimers();
  const resilience = createRedisResilience(server.url, { logger: false });
  const greeted = await resilience.client.set('greeting', 'hello');
  const answer = await resilience.client.get('greeting');
  vi.useRealTimers();

  expect([greeted, answer]).toEqual(['OK', 'hello']);
  await resilience.close({ drainMs: 0 });
});

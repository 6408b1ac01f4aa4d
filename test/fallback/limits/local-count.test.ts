import { sendCommandOf, resilientRateLimitStore } from '@redis-resilience/fallback/limits';
import { startRedis } from '@redis-resilience/testing';
import { RedisStore } from 'rate-limit-redis';
import { expect, it } from 'vitest';
import { connect } from '../stage.ts';

it('a limit that is counted locally goes on from what Redis counted, and for as long', async () => {
  await using server = await startRedis();
  const resilience = connect(server.url);
  await resilience.ready({ timeoutMs: 5000 });
  const redis = new RedisStore({ sendCommand: sendCommandOf(resilience) });
  const store = resilientRateLimitStore(redis, resilience, { whenAway: 'local' });
  store.init({ windowMs: 60_000 });
  await store.increment('somebody');
  const before = await store.increment('somebody');
  expect(before.totalHits).toBe(2);

  await server.kill();
  const during = await store.increment('somebody');
  expect(during).toEqual({ totalHits: 3, resetTime: before.resetTime });
  await store.decrement('somebody');
  expect(await store.increment('somebody')).toMatchObject({ totalHits: 3 });
  expect(await store.increment('somebody else')).toMatchObject({ totalHits: 1 });
  await store.resetKey('somebody');
  expect(await store.increment('somebody')).toMatchObject({ totalHits: 1 });
});

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

it('deadlines hold while a test holds all timers, and when it has let them go', async () => {
  await using server = await startRedis();
  vi.useFakeTimers();
  const resilience = createRedisResilience(server.url, { logger: false });
  await resilience.client.set('greeting', 'hello');
  await server.freeze();
  const whileHeld = await errorOf(resilience.client.get('greeting'));
  vi.useRealTimers();
  const afterwards = await errorOf(resilience.client.get('greeting'));
  server.thaw();
  await resilience.ready();
  await server.freeze();
  const onceMore = await errorOf(resilience.client.incr('visits'));
  server.thaw();

  expect([whileHeld, afterwards, onceMore]).toEqual([
    expect.stringMatching(unanswered),
    expect.stringMatching(unanswered),
    'COMMAND_TIMEOUT',
  ]);
  await resilience.close({ drainMs: 0 });
});

const unanswered = /^(COMMAND_TIMEOUT|REDIS_UNAVAILABLE)$/;

function errorOf(call: Promise<unknown>): Promise<string> {
  return call.then(
    () => 'no error',
    (error: { code: string }) => error.code,
  );
}

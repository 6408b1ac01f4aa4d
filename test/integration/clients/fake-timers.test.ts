import { createRedisResilience } from '@redis-resilience/core';
import { startRedis } from '@redis-resilience/testing';
import { afterEach, expect, it, vi } from 'vitest';
import { pass } from '../stage/call-loop.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('a client answers while process.nextTick and queueMicrotask are held, as the fake timers of Jest do', async () => {
  await using server = await startRedis();
  const resilience = createRedisResilience(server.url, { logger: false });
  await resilience.ready();
  // As in Jest, only the global `process` of the test is another object, and Node itself uses the real one.
  vi.stubGlobal('process', Object.create(process, { nextTick: { value: () => undefined, writable: true } }));
  vi.stubGlobal('queueMicrotask', () => undefined);
  const { client } = resilience;
  const answering = Promise.all([
    client.set('greeting', 'hello'),
    client.pipeline().get('greeting').incr('visits').exec(),
    client.multi().get('greeting').incr('visits').exec(),
  ]);
  const answers = await Promise.race([answering, pass(2000)]);
  vi.unstubAllGlobals();

  expect(answers).toEqual([
    'OK',
    [
      [null, 'hello'],
      [null, 1],
    ],
    [
      [null, 'hello'],
      [null, 2],
    ],
  ]);
  await resilience.close({ drainMs: 0 });
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

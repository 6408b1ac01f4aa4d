import { createRedisResilience } from '@redis-resilience/core';
import { startRedis, waitFor } from '@redis-resilience/testing';
import { expect, it, onTestFinished } from 'vitest';

// With ioredis 5.7 to 5.11, a plain client that does so connects again and again, and hears nothing.
it('a client that subscribes on each `connect` hears messages, also after its connection was lost', async () => {
  await using server = await startRedis();
  const resilience = createRedisResilience(server.url);
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  const subscriber = resilience.client.duplicate();
  const heard: string[] = [];
  let connects = 0;
  subscriber.on('message', (_channel: string, message: string) => heard.push(message));
  subscriber.on('connect', () => {
    connects++;
    subscriber.subscribe('news').catch(() => undefined);
  });
  const hears = async (message: string): Promise<void> => {
    await waitFor(async () => (await resilience.client.publish('news', message)) === 1);
    await waitFor(() => heard.includes(message));
  };

  await hears('first');
  await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await waitFor(() => connects === 2);
  await hears('second');
  expect(connects).toBe(2);
});

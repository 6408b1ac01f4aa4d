import { createRedisResilience } from '@redis-resilience/core';
import { startProxy, startRedis, waitFor } from '@redis-resilience/testing';
import { expect, it, onTestFinished } from 'vitest';
import { waitUntilStatus } from '../stage/protected-redis.ts';

it('a connection that breaks while the driver introduces itself is made again, and closes', async () => {
  await using server = await startRedis();
  await using proxy = await startProxy({ target: server });
  const resilience = createRedisResilience({ host: proxy.host, port: proxy.port });
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  await resilience.ready({ timeoutMs: 5_000 });
  const subscriber = resilience.client.duplicate();
  const heard: string[] = [];
  subscriber.on('message', (_channel, message) => heard.push(message));
  await subscriber.subscribe('news');

  for (const client of [resilience.client, subscriber]) {
    client.once('connect', () => proxy.reset());
  }
  proxy.reset();
  await waitUntilStatus(resilience, 'up');
  await waitFor(async () => {
    await resilience.client.publish('news', 'after').catch(() => undefined);
    return heard.includes('after');
  });
  expect(await resilience.client.set('a', '1')).toBe('OK');
  subscriber.disconnect();
  await waitFor(() => subscriber.status === 'end');
  await resilience.close();
  expect(resilience.client.status).toBe('end');
});

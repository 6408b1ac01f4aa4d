import { waitFor } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { pass } from '../stage/call-loop.ts';
import { startProtectedRedis } from '../stage/protected-redis.ts';

it('an idle connection that the server closes is made again, and is no outage', async () => {
  await using redis = await startProtectedRedis();
  const { client, resilience, server } = redis;
  const statuses: string[] = [];
  resilience.on('change', ({ snapshot }) => statuses.push(snapshot.status));
  await client.set('greeting', 'hello');
  const { attempts } = resilience.snapshot();

  await pass(600);
  await server.command('CLIENT', 'KILL', 'TYPE', 'normal');
  await waitFor(() => resilience.snapshot().attempts > attempts);

  expect(await client.get('greeting')).toBe('hello');
  expect(statuses).toEqual([]);
  expect(resilience.snapshot()).toMatchObject({ status: 'up', outages: 0 });
});

it('an idle connection whose server is gone is an outage', async () => {
  await using redis = await startProtectedRedis();
  await redis.client.ping();

  await pass(600);
  await redis.server.kill();
  await redis.until('down');

  expect(redis.resilience.snapshot()).toMatchObject({ status: 'down', outages: 1 });
});

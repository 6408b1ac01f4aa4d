import { expect, it } from 'vitest';
import { outcomeOf } from '../stage/outcome-of.ts';
import { startProtectedRedis, waitUntilOnNewSocket } from '../stage/protected-redis.ts';

it('a socket that stands still for a while leaves no write in doubt, and holds up nothing else', async () => {
  await using redis = await startProtectedRedis();
  await redis.client.set('visits', 0);
  const portBefore = redis.client.stream.localPort;

  redis.proxy.blackhole({ existing: true });
  const visits = Array.from({ length: 50 }, () => redis.client.incr('visits'));
  const pipeline = redis.client.pipeline().incr('visits').get('greeting').exec();
  const read = redis.client.get('greeting');
  await waitUntilOnNewSocket(redis.client, portBefore);
  expect(await read).toBeNull();
  expect(await redis.client.set('greeting', 'hello')).toBe('OK');
  await redis.proxy.heal({ revive: true });

  expect(await Promise.all(visits)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1));
  expect((await pipeline)?.[0]).toEqual([null, 51]);
  expect(await redis.client.get('visits')).toBe('51');
});

it('a write on a socket that stays silent is in doubt at its deadline, and its socket is closed then', async () => {
  await using redis = await startProtectedRedis({ resilience: { timeoutMs: 600 } });
  await redis.client.ping();
  redis.proxy.blackhole({ existing: true });
  const visit = await outcomeOf(redis.client.incr('visits'));

  expect(visit).toMatchObject({ kind: 'rejected', error: { outcome: 'unknown' } });
  expect(await redis.client.get('visits')).toBeNull();
  await redis.resilience.close({ drainMs: 0 });
  expect(redis.proxy.connections).toBeLessThanOrEqual(2);
});

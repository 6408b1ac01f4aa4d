import { waitFor } from '@redis-resilience/testing';
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

it.each([
  ['alone', false],
  ['beside a write that must not run twice', true],
])(
  'a SET that was retried undoes no newer one when its old socket is heard again: %s',
  async (_, hasCount) => {
    await using redis = await startProtectedRedis({ resilience: { timeoutMs: 3_000 } });
    const { client, proxy } = redis;
    await client.ping();
    const portBefore = client.stream.localPort;

    proxy.blackhole({ existing: true });
    // Fills the buffers of the proxy, so that the kernel on this side holds the next one.
    const ballast = client.set('ballast', 'x'.repeat(2_500_000));
    const count = hasCount ? outcomeOf(client.incr('visits')) : undefined;
    const older = client.set('greeting', 'older');
    await waitUntilOnNewSocket(client, portBefore);
    expect(await Promise.all([ballast, older])).toEqual(['OK', 'OK']);
    expect(await client.set('greeting', 'newer')).toBe('OK');
    await proxy.heal({ revive: true });
    await waitFor(() => proxy.connections === 1);

    expect(await client.get('greeting')).toBe('newer');
    if (hasCount) expect(await count).toMatchObject({ kind: 'rejected', error: { outcome: 'unknown' } });
  },
);

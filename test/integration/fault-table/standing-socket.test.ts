import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createRedisResilience } from '@redis-resilience/core';
import { startRedis } from '@redis-resilience/testing';
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
    await using server = await startRedis();
    await using road = await openRoad(server.port);
    const resilience = createRedisResilience({ host: '127.0.0.1', port: road.port }, { timeoutMs: 3_000 });
    const { client } = resilience;
    await client.ping();
    const portBefore = client.stream.localPort;

    const clear = road.jam();
    // The value is larger than what the receiving kernel buffers, but smaller than what the sending kernel
    // buffers, so the next command waits in the sending kernel.
    const ballast = client.set('ballast', 'x'.repeat(800_000));
    const count = hasCount ? outcomeOf(client.incr('visits')) : undefined;
    const older = client.set('greeting', 'older');
    await waitUntilOnNewSocket(client, portBefore);
    expect(await Promise.all([ballast, older])).toEqual(['OK', 'OK']);
    expect(await client.set('greeting', 'newer')).toBe('OK');
    await clear();

    expect(await client.get('greeting')).toBe('newer');
    if (hasCount) expect(await count).toMatchObject({ kind: 'rejected', error: { outcome: 'unknown' } });
    await resilience.close({ drainMs: 0 });
  },
);

/**
 * A relay that can stop reading. The proxy of the testing package would continue to read for a while, so the client's
 * kernel could send even more data.
 */
async function openRoad(serverPort: number): Promise<
  AsyncDisposable & {
    readonly port: number;
    /**
     * Stops reading on all connections. The returned function resumes reading, and resolves when all
     * connections have ended.
     */
    jam(): () => Promise<void>;
  }
> {
  const ends: Socket[] = [];
  const relay = createServer((near) => {
    const far = connect(serverPort, '127.0.0.1');
    ends.push(near, far);
    near.on('error', () => far.end()).pipe(far);
    far.on('error', () => near.destroy()).pipe(near);
  }).listen(0, '127.0.0.1');
  await once(relay, 'listening');
  return {
    port: (relay.address() as AddressInfo).port,
    jam() {
      const jammed = [...ends];
      for (const end of jammed) end.unpipe().pause();
      return async () => {
        for (let index = 0; index < jammed.length; index += 2) {
          const [near, far] = jammed.slice(index, index + 2) as [Socket, Socket];
          near.pipe(far);
          far.resume();
          if (!far.closed) await once(far, 'close');
        }
      };
    },
    [Symbol.asyncDispose]: async () => {
      for (const end of ends) end.destroy();
      relay.close();
      await once(relay, 'close');
    },
  };
}

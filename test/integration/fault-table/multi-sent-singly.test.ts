import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { waitFor } from '@redis-resilience/testing';
import { pass } from '../stage/call-loop.ts';
import { errorOf } from '../stage/outcome-of.ts';
import { startProtectedRedis, waitUntilOnNewSocket } from '../stage/protected-redis.ts';

/** Sends a transaction one command at a time, without waiting for the replies. */
const transaction = (client: Redis): Promise<PromiseSettledResult<unknown>[]> =>
  Promise.allSettled([client.multi({ pipeline: false }), client.set('stock', 'mine'), client.exec()]);

const lost = { status: 'rejected', reason: { code: 'WATCH_LOST', outcome: 'not-applied' } };
const unknown = { status: 'rejected', reason: { outcome: 'unknown' } };

describe('a transaction that is sent command by command', () => {
  it('leaves no MULTI behind when its EXEC is refused because its WATCH was lost', async () => {
    await using redis = await startProtectedRedis();
    const { client } = redis;
    await client.watch('stock');
    const { localPort } = client.stream;
    redis.proxy.reset();
    await waitUntilOnNewSocket(client, localPort);
    await redis.until('up');
    await client.multi({ pipeline: false });
    await client.set('stock', 'mine');
    expect(await errorOf(client.exec())).toMatchObject({ code: 'WATCH_LOST', outcome: 'not-applied' });

    expect(await client.get('stock')).toBeNull();
    expect(await client.incr('visits')).toBe(1);
    expect(await redis.server.command('GET', 'visits')).toBe('1');
  });

  it('does not run without its WATCH when the connection closes before it is sent', async () => {
    await using redis = await startProtectedRedis();
    const { client } = redis;
    await client.watch('stock');
    await redis.server.command('SET', 'stock', 'theirs');
    client.stream.destroy();
    const [, , exec] = await transaction(client);

    expect(exec).toMatchObject(lost);
    expect(await client.get('stock')).toBe('theirs');
  });

  it('does not run in part when the connection is lost before the replies', async () => {
    await using redis = await startProtectedRedis();
    const { client } = redis;
    redis.proxy.blackhole({ existing: true });
    expect(await transaction(client)).toMatchObject([unknown, unknown, unknown]);

    expect(await client.get('stock')).toBeNull();
  });

  it('gets no PING of the connection between its commands', async () => {
    await using redis = await startProtectedRedis({ resilience: { connection: { idlePingMs: 100 } } });
    const { client, server } = redis;
    await client.multi({ pipeline: false });
    const { localPort } = client.stream;
    await pass(1000);
    expect(await client.set('stock', 'mine')).toBe('QUEUED');
    expect(await client.exec()).toEqual([[null, 'OK']]);
    expect(client.stream.localPort).toBe(localPort);

    const pings = async (): Promise<number> =>
      Number(/cmdstat_ping:calls=(\d+)/.exec(String(await server.command('INFO', 'commandstats')))?.[1]);
    const before = await pings();
    await waitFor(async () => (await pings()) > before + 1);
  });

  it('goes on after a freeze', async () => {
    await using redis = await startProtectedRedis();
    const { client, server } = redis;
    await client.multi({ pipeline: false });
    await server.freeze();
    expect(await errorOf(client.set('stock', 'mine'))).toMatchObject({ outcome: 'unknown' });
    server.thaw();
    await redis.until('up');
    expect(await client.set('place', 'shelf')).toBe('QUEUED');
    expect(await client.exec()).toEqual([
      [null, 'OK'],
      [null, 'OK'],
    ]);

    expect(await client.mget('stock', 'place')).toEqual(['mine', 'shelf']);
  });
});

import { protect } from '@redis-resilience/core';
import { startOddPeer, startProxy, startRedis, waitFor } from '@redis-resilience/testing';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { pass } from '../stage/call-loop.ts';
import { errorOf } from '../stage/outcome-of.ts';
import { startProtectedRedis, waitUntilOnNewSocket, waitUntilStatus } from '../stage/protected-redis.ts';
import { supportedProtocols } from '../stage/supported-protocols.ts';
import { UnhandledRejections } from '../stage/unhandled-rejections.ts';

describe.each(supportedProtocols)('a session that is connected again (RESP%i)', (protocol) => {
  it.concurrent('has the database that was selected', async () => {
    await using redis = await startProtectedRedis({ client: { protocol, db: 3 } });
    await redis.client.set('here', 'three');
    await redis.client.select(5);
    await redis.client.set('here', 'five');
    await reset(redis);

    expect(await redis.client.get('here')).toBe('five');
    expect(await redis.client.duplicate().get('here')).toBe('three');
  });

  it.concurrent('has the database that was selected by a command in capitals', async () => {
    await using redis = await startProtectedRedis({ client: { protocol } });
    await redis.client.call('SELECT', '5');
    await redis.client.set('here', 'five');
    await reset(redis);

    expect(await redis.client.get('here')).toBe('five');
  });

  it.concurrent.each([0, 100, 1_000])(
    'has the database that was selected, also for calls that waited through %i ms of outage',
    async (outageMs) => {
      await using redis = await startProtectedRedis({
        client: { protocol, db: 3 },
        server: { keep: true, config: { appendonly: 'yes' } },
      });
      using unhandled = new UnhandledRejections();
      await redis.client.set('here', 'three');
      await redis.client.select(5);
      await redis.client.set('here', 'five');
      await redis.server.kill();
      const waited = [redis.client.get('here'), redis.client.get('here')];
      const answers = Promise.allSettled(waited);
      await pass(outageMs);
      await redis.server.start();
      await redis.until('up');

      const values = (await answers).map((answer) => (answer.status === 'fulfilled' ? answer.value : 'five'));
      expect(values).toEqual(['five', 'five']);
      expect(await redis.client.get('here')).toBe('five');
      expect(await unhandled.list()).toEqual([]);
    },
  );

  it.concurrent('has the name of the connection', async () => {
    await using redis = await startProtectedRedis({ client: { protocol, connectionName: 'shop' } });
    await reset(redis);

    expect(await redis.client.client('GETNAME')).toBe('shop');
  });

  it.concurrent('has the prefix of the keys, also with applyOnce', async () => {
    await using redis = await startProtectedRedis({ client: { protocol, keyPrefix: 'shop:' } });
    await redis.client.set('a', '1');
    await reset(redis);
    await redis.client.incr('a');
    const first = await redis.resilience.applyOnce('order-1', 'incrby', 'a', 5);
    const again = await redis.resilience.applyOnce('order-1', 'incrby', 'a', 5);

    expect([first, again]).toEqual([7, 7]);
    expect(await redis.server.command('GET', 'shop:a')).toBe('7');
    const keys = (await redis.server.command('KEYS', '*')) as string[];
    expect(keys.every((key) => key.includes('shop:'))).toBe(true);
  });

  it.concurrent('has its protocol', async () => {
    await using redis = await startProtectedRedis({ client: { protocol } });
    await reset(redis);
    const list = String(await redis.client.client('LIST'));

    expect(list).toContain(`resp=${protocol}`);
  });
});

describe('the life of a client', () => {
  it.concurrent('a lazy client connects at its first command, not before', async () => {
    await using redis = await startProtectedRedis({ client: { lazyConnect: true }, waitUntilUp: false });
    const before = {
      status: redis.client.status,
      accepted: redis.proxy.accepted,
      connection: redis.resilience.snapshot().connection,
    };

    expect(await redis.client.set('greeting', 'hello')).toBe('OK');
    expect(before).toMatchObject({ status: 'wait', accepted: 0, connection: 'idle' });
    expect(redis.resilience.snapshot().status).toBe('up');
  });

  it.concurrent('ready() wakes a lazy client', async () => {
    await using redis = await startProtectedRedis({ client: { lazyConnect: true }, waitUntilUp: false });
    await redis.resilience.ready({ timeoutMs: 2_000 });

    expect(redis.client.status).toBe('ready');
  });

  it.concurrent(
    'connect() of a lazy client rejects while Redis is down, and heals all the same',
    async () => {
      await using redis = await startProtectedRedis({ client: { lazyConnect: true }, waitUntilUp: false });
      using unhandled = new UnhandledRejections();
      await redis.proxy.refuse();

      expect(await errorOf(redis.client.connect())).toBeInstanceOf(Error);
      await redis.proxy.heal();
      await redis.until('up');
      expect(await unhandled.list()).toEqual([]);
    },
  );

  it.concurrent('quit is acknowledged, and ends the client', async () => {
    await using redis = await startProtectedRedis();

    expect(await redis.client.quit()).toBe('OK');
    await waitFor(() => redis.client.status === 'end');
    expect(redis.resilience.snapshot()).toMatchObject({ connection: 'ended', cause: { code: 'closed' } });
    expect(await errorOf(redis.client.get('greeting'))).toMatchObject({
      reason: 'closed',
      outcome: 'not-applied',
    });
    expect(redis.proxy.connections).toBe(0);
  });

  it.concurrent('quit while Redis is away ends the client too', async () => {
    await using redis = await startProtectedRedis();
    await redis.server.kill();
    await redis.until('down');
    await redis.client.quit().catch(() => undefined);
    await waitFor(() => redis.client.status === 'end', { timeoutMs: 4_000 });
  });

  it.concurrent('a client connects again after it was disconnected', async () => {
    await using redis = await startProtectedRedis();
    for (let round = 0; round < 3; round++) {
      redis.client.disconnect();
      await waitFor(() => redis.client.status === 'end');
      await redis.client.connect();
      expect(await redis.client.set('greeting', 'hello')).toBe('OK');
      await redis.until('up');
    }
  });

  it.concurrent('a client connects again after it was disconnected while it dialed', async () => {
    await using redis = await startProtectedRedis();
    await redis.server.kill();
    await redis.until('down');
    redis.client.disconnect();
    await waitFor(() => redis.client.status === 'end');
    await redis.server.start();
    await redis.client.connect();

    expect(await redis.client.set('greeting', 'hello')).toBe('OK');
  });

  it.concurrent('a duplicate is protected, and connects as the original does', async () => {
    await using redis = await startProtectedRedis();
    const duplicate = redis.client.duplicate();
    await waitFor(() => duplicate.status === 'ready', { message: `a duplicate that is ${duplicate.status}` });
    const grandchild = duplicate.duplicate();
    await grandchild.get('greeting');
    const { connections } = redis.resilience.detail();
    await redis.server.kill();
    await redis.until('down');
    const errors = await Promise.all(
      [duplicate, grandchild].map((client) => errorOf(client.get('greeting'))),
    );

    expect(connections).toBe(3);
    expect(errors.map((error) => (error as { code?: string }).code)).toEqual([
      'REDIS_UNAVAILABLE',
      'REDIS_UNAVAILABLE',
    ]);
    await redis.server.start();
    await redis.until('up');
    await waitFor(() => duplicate.status === 'ready' && grandchild.status === 'ready');
    expect(await Promise.all([duplicate, grandchild].map((client) => client.set('a', '1')))).toEqual([
      'OK',
      'OK',
    ]);
    duplicate.disconnect();
    await waitFor(() => redis.resilience.detail().connections === 2);
  });

  it.concurrent('monitor shows what others do, and survives a restart', async () => {
    await using redis = await startProtectedRedis();
    const monitor = await redis.client.monitor();
    const seen: string[] = [];
    monitor.on('monitor', (_time: string, args: string[]) => seen.push(args.join(' ')));
    await waitFor(async () => {
      await redis.client.set('greeting', 'hello');
      return seen.includes('set greeting hello');
    });
    redis.proxy.reset();
    await redis.until('up');
    await waitFor(async () => {
      await redis.client.set('greeting', 'again').catch(() => undefined);
      return seen.includes('set greeting again');
    });
    monitor.disconnect();
  });
});

describe('protect()', () => {
  it.concurrent.each(['connected', 'connecting', 'lazy', 'down'] as const)(
    'takes over a client that is %s',
    async (how) => {
      await using server = await startRedis();
      if (how === 'down') await server.kill();
      const client = new Redis(server.port, server.host, {
        lazyConnect: how === 'lazy',
        commandTimeout: 700,
      });
      client.on('error', () => undefined);
      if (how === 'connected') await client.set('greeting', 'hello');
      if (how === 'down') await waitFor(() => client.status === 'reconnecting' || client.status === 'close');

      const resilience = protect(client);
      if (how === 'down') await server.start();
      if (how === 'lazy') expect(client.status).toBe('wait');
      await resilience.ready({ timeoutMs: 5_000 });
      await client.set('greeting', 'hello');
      await server.restart();
      await waitUntilStatus(resilience, 'up');

      expect(await client.set('greeting', 'hello')).toBe('OK');
      await server.kill();
      await waitUntilStatus(resilience, 'down');
      await errorOf(client.get('greeting'));
      expect(await errorOf(client.get('greeting'))).toMatchObject({ code: 'REDIS_UNAVAILABLE' });
      await resilience.close();
      expect(client.status).toBe('end');
    },
  );

  it.concurrent.each(['in the same turn', 'while it waits for an answer'] as const)(
    'gives up a first connection that is silent, %s',
    async (when) => {
      await using server = await startRedis();
      await using proxy = await startProxy({ target: server });
      proxy.blackhole({ incoming: true });
      const client = new Redis(proxy.port, proxy.host);
      const queued = client.set('greeting', 'hello');
      if (when !== 'in the same turn') await waitFor(() => client.status === 'connect');
      // If a connection attempt gets no reply, core starts another one 150 ms later. On a busy machine, that
      // takes longer, so calls may wait for 1 s here.
      const resilience = protect(client, { admission: { maxWaitMs: 1_000 } });
      await pass(100);
      await proxy.heal();

      // With ioredis alone, the first socket would stay silent for ever.
      expect(await queued).toBe('OK');
      expect(await client.get('greeting')).toBe('hello');
      await resilience.close();
    },
  );

  it.concurrent('names the cause of a first connection that nobody answers, and can be closed', async () => {
    await using peer = await startOddPeer('silent');
    const client = new Redis(peer.port, peer.host);
    const queued = errorOf(client.set('greeting', 'hello'));
    await waitFor(() => client.status === 'connect');
    const resilience = protect(client);
    await waitFor(() => resilience.snapshot().cause?.code === 'handshake-timeout');
    await resilience.close();

    expect(await queued).toMatchObject({ outcome: 'not-applied' });
    expect(client.status).toBe('end');
  });

  it.concurrent('takes over what the client has queued already', async () => {
    await using server = await startRedis();
    const client = new Redis(server.port, server.host);
    const queued = client.set('greeting', 'hello');
    const resilience = protect(client);

    expect(await queued).toBe('OK');
    expect(await client.get('greeting')).toBe('hello');
    await resilience.close();
  });

  it.concurrent('refuses a client that is protected already', async () => {
    await using redis = await startProtectedRedis();
    expect(() => protect(redis.client)).toThrow(/protected already/);
    const duplicate = redis.client.duplicate();
    expect(() => protect(duplicate)).toThrow(/protected already/);
    duplicate.disconnect();
  });
});

async function reset(redis: Awaited<ReturnType<typeof startProtectedRedis>>): Promise<void> {
  const { localPort } = redis.client.stream;
  redis.proxy.reset();
  await waitUntilOnNewSocket(redis.client, localPort);
  await redis.until('up');
}

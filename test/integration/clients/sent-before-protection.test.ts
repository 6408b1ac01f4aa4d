import { once } from 'node:events';
import { protect, type RedisResilience } from '@redis-resilience/core';
import { startRedis, waitFor, type RedisServer } from '@redis-resilience/testing';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

describe('a command that was sent before its client was protected', () => {
  let server: RedisServer;
  let admin: Redis;
  let client: Redis;
  let resilience: RedisResilience | undefined;

  beforeEach(async () => {
    server = await startRedis();
    admin = new Redis(server.url);
    client = new Redis(server.url, { retryStrategy: () => 100 });
    client.on('error', () => undefined);
    await once(client, 'ready');
  });

  afterEach(async () => {
    await resilience?.close({ drainMs: 0 });
    client.disconnect();
    admin.disconnect();
    await server.stop();
  });

  const isBlocked = async (): Promise<boolean> => String(await admin.client('LIST')).includes('flags=b');

  const breakConnection = async (): Promise<void> => {
    resilience = protect(client, { logger: false });
    await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  };

  it('is sent again if its connection breaks and it only reads', async () => {
    const read = client.xread('BLOCK', 0, 'STREAMS', 'news', '$');
    await waitFor(isBlocked);
    await breakConnection();
    await waitFor(isBlocked);
    await admin.xadd('news', '*', 'text', 'hello');

    expect(await read).toMatchObject([['news', [[expect.any(String), ['text', 'hello']]]]]);
  });

  it('fails with the outcome unknown if its connection breaks and it must not run twice', async () => {
    const popped = client.blpop('jobs', 0).catch((error: unknown) => error);
    await waitFor(isBlocked);
    await breakConnection();

    expect(await popped).toMatchObject({ code: 'OUTCOME_UNKNOWN', outcome: 'unknown' });
  });

  it('has a deadline', async () => {
    await server.freeze();
    const read = client.get('greeting').catch((error: unknown) => error);
    resilience = protect(client, { logger: false, timeoutMs: 200 });

    expect(await read).toMatchObject({ outcome: 'unknown' });
    server.thaw();
  });

  it('is answered as before if nothing breaks', async () => {
    const answers = [
      client.set('greeting', 'hello'),
      client.pipeline().get('greeting').incr('visits').exec(),
      client.multi().get('greeting').incr('visits').exec(),
      client.blpop('jobs', 0),
    ];
    resilience = protect(client, { logger: false });
    await admin.rpush('jobs', 'job');

    expect(await Promise.all(answers)).toEqual([
      'OK',
      [
        [null, 'hello'],
        [null, 1],
      ],
      [
        [null, 'hello'],
        [null, 2],
      ],
      ['jobs', 'job'],
    ]);
  });

  describe('whose connection has broken since', () => {
    /** Sends the commands, and breaks the connection before they are answered. */
    const lose = async <T>(send: () => T): Promise<T> => {
      await server.freeze();
      const answers = send();
      const reconnecting = once(client, 'reconnecting');
      setImmediate(() => client.stream.destroy());
      await reconnecting;
      server.thaw();
      return answers;
    };

    it('is sent again once if it may run twice', async () => {
      const answers = await lose(() => [
        client.set('greeting', 'hello'),
        client.pipeline().get('greeting').get('absent').exec(),
        client.subscribe('news'),
      ]);
      resilience = protect(client, { logger: false });

      expect(await Promise.all(answers)).toEqual([
        'OK',
        [
          [null, 'hello'],
          [null, null],
        ],
        1,
      ]);
    });

    it('fails with the outcome unknown if it must not run twice', async () => {
      const answers = await lose(() => [client.incr('visits'), client.pipeline().incr('visits').exec()]);
      resilience = protect(client, { logger: false });
      const settled = await Promise.allSettled(answers);

      expect(settled[0]).toMatchObject({ reason: { code: 'OUTCOME_UNKNOWN', outcome: 'unknown' } });
      expect(settled[1]).toMatchObject({ value: [[{ code: 'OUTCOME_UNKNOWN', outcome: 'unknown' }]] });
    });

    it('fails with the outcome unknown if it belongs to a transaction that was sent command by command', async () => {
      const answers = await lose(() => [
        client.watch('greeting'),
        client.multi({ pipeline: false }),
        client.set('greeting', 'hello'),
        client.exec(),
      ]);
      resilience = protect(client, { logger: false });
      const settled = await Promise.allSettled(answers);

      expect(settled).toMatchObject(answers.map(() => ({ reason: { outcome: 'unknown' } })));
    });

    it('refuses the rest of a MULTI that was begun', async () => {
      const answers = await lose(() => [client.multi({ pipeline: false })]);
      resilience = protect(client, { logger: false });
      await Promise.allSettled(answers);

      await expect(client.set('greeting', 'hello')).rejects.toMatchObject({ code: 'WATCH_LOST' });
      await expect(client.exec()).rejects.toMatchObject({ code: 'WATCH_LOST' });
      expect(await client.get('greeting')).toBeNull();
    });
  });
});

import { once } from 'node:events';
import { createRedisResilience, protect } from '@redis-resilience/core';
import { RawClient } from '@redis-resilience/core/kit';
import { startRedis, waitFor, type RedisServer } from '@redis-resilience/testing';
import * as ioredis6 from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ioredis511, ioredis560 } from '../supported-ioredis.ts';

const text = (bytes: Buffer | null): string | null => bytes && bytes.toString();
const texts = (replies: readonly (Buffer | undefined)[]): unknown =>
  replies.map((reply) => reply?.toString());
const big = 'x'.repeat(300_000);

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});

afterAll(() => server.stop());

const drivers = [
  ['6 with RESP3', ioredis6, { protocol: 3 }],
  ['6 with RESP2', ioredis6, { protocol: 2 }],
  ['5.11', ioredis511, {}],
  ['5.6.0', ioredis560, {}],
] as const;

describe.each(drivers)('raw commands on ioredis %s', (_name, ioredis, options) => {
  const open = (): ReturnType<typeof protect<ioredis6.Redis>> => {
    const client = new ioredis.Redis({ host: server.host, port: server.port, ...options });
    const resilience = protect(client);
    onTestFinished(() => resilience.close({ drainMs: 0 }));
    return resilience;
  };

  it('get the bytes of their own replies between the commands of ioredis', async () => {
    const { client } = open();
    const raw = new RawClient(client);
    await client.flushall();
    const answers = await Promise.all([
      client.set('greeting', 'hello'),
      raw.send({ args: ['GET', 'greeting'], read: text }).promise,
      client.get('greeting'),
      raw.send({ args: ['GET', 'nothing'], read: text }).promise,
      client.mget('greeting', 'nothing'),
      raw.send({ args: ['SET', 'big', Buffer.from(big)], read: text }).promise,
      raw.send({ args: ['STRLEN', 'big'], read: text }).promise,
      raw.send({ args: ['MGET', 'big', 'big'], read: text }).promise,
      client.get('big'),
    ]);
    const bulk = `$300000\r\n${big}\r\n`;
    expect(answers).toEqual([
      'OK',
      '$5\r\nhello\r\n',
      'hello',
      null,
      ['hello', null],
      '+OK\r\n',
      ':300000\r\n',
      `*2\r\n${bulk}${bulk}`,
      big,
    ]);
  });

  it('reject with the error reply, which names the command as it was given', async () => {
    const raw = new RawClient(open().client);
    const { promise } = raw.send({ args: ['NoSuch', 'a'], read: text });
    await expect(promise).rejects.toThrow(/unknown command .NoSuch/);
  });

  it('reject with what their reader throws', async () => {
    const raw = new RawClient(open().client);
    const read = (): never => {
      throw new TypeError('unreadable');
    };
    await expect(raw.send({ args: ['PING'], read }).promise).rejects.toThrow('unreadable');
    expect(await raw.send({ args: ['PING'], read: text }).promise).toBe('+PONG\r\n');
  });

  it('may begin on a connection that is busy', async () => {
    const { client } = open();
    await client.set('counter', 0);
    const before = Array.from({ length: 500 }, () => client.incr('counter'));
    const raw = new RawClient(client);
    const after = Array.from({ length: 500 }, (_each, index) =>
      index % 2 === 0 ? raw.send({ args: ['INCR', 'counter'], read: text }).promise : client.incr('counter'),
    );
    await Promise.all(before);
    const answers = await Promise.all(after);
    expect(answers.map((answer) => Number(String(answer).replace(':', '')))).toEqual(
      Array.from(after, (_each, index) => 501 + index),
    );
  });

  it('go on after a reconnection', async () => {
    const resilience = open();
    const raw = new RawClient(resilience.client);
    await raw.send({ args: ['SET', 'kept', '1'], read: text }).promise;
    await resilience.reconnect();
    expect(await raw.send({ args: ['GET', 'kept'], read: text }).promise).toBe('$1\r\n1\r\n');
    expect(await resilience.client.get('kept')).toBe('1');
  });

  it('run as one unit between MULTI and EXEC, before what was issued later', async () => {
    const { client } = open();
    const raw = new RawClient(client);
    const { promise } = raw.sendTogether(
      [['MULTI'], ['SET', 'unit', '1'], ['INCR', 'unit'], ['EXEC']],
      texts,
    );
    expect(await client.get('unit')).toBe('2');
    expect(await promise).toEqual([undefined, undefined, undefined, '*2\r\n+OK\r\n:2\r\n']);
  });

  it('run as one pipeline, which rejects with the first error reply', async () => {
    const { client } = open();
    const raw = new RawClient(client);
    const set = ['SET', 'pipelined', Buffer.from('text')] as const;
    expect(await raw.sendTogether([set, ['GET', 'pipelined']], texts).promise).toEqual([
      '+OK\r\n',
      '$4\r\ntext\r\n',
    ]);
    const { promise } = raw.sendTogether([['INCR', 'counted'], ['INCR', 'pipelined'], ['NOSUCH']], texts);
    await expect(promise).rejects.toThrow(/not an integer/);
    expect(await client.get('counted')).toBe('1');
    const { promise: aborted } = raw.sendTogether([['MULTI'], ['NOSUCH'], ['EXEC']], texts);
    await expect(aborted).rejects.toThrow(/unknown command/);
    expect(await client.get('pipelined')).toBe('text');
  });

  it('leave messages to the subscriptions of the client', async () => {
    const { client } = open();
    const raw = new RawClient(client);
    await raw.send({ args: ['PING'], read: text }).promise;
    await client.subscribe('news');
    const heard = once(client, 'message');
    await server.command('PUBLISH', 'news', 'hello');
    expect(await heard).toEqual(['news', 'hello']);
    await client.unsubscribe('news');
    expect(await raw.send({ args: ['PING'], read: text }).promise).toBe('+PONG\r\n');
  });
});

describe('a raw call', () => {
  it('that is aborted while it waits never runs, and says so', async () => {
    await using away = await startRedis();
    const resilience = createRedisResilience(away.url, {
      admission: { maxWaitMs: 60_000 },
      timeoutMs: 60_000,
    });
    onTestFinished(() => resilience.close({ drainMs: 0 }));
    const raw = new RawClient(resilience.client);
    await raw.send({ args: ['PING'], read: text }).promise;
    await away.kill();
    await waitFor(() => resilience.snapshot().status === 'down');
    const call = raw.send({ args: ['SET', 'aborted', '1'], read: text });
    const both = raw.sendTogether(
      [
        ['SET', 'aborted', '1'],
        ['SET', 'aborted', '2'],
      ],
      texts,
    );
    const kept = raw.send({ args: ['SET', 'kept', '1'], read: text });
    await new Promise((resolve) => setImmediate(resolve));
    call.abort((outcome) => new Error(outcome));
    both.abort((outcome) => new Error(outcome));
    await expect(call.promise).rejects.toThrow('not-applied');
    await expect(both.promise).rejects.toThrow('not-applied');
    await away.restart();
    expect(await kept.promise).toBe('+OK\r\n');
    expect(await away.command('EXISTS', 'aborted')).toBe(0);
  });

  it('that is aborted after it was sent has an unknown outcome', async () => {
    const resilience = createRedisResilience(server.url);
    onTestFinished(() => resilience.close({ drainMs: 0 }));
    const raw = new RawClient(resilience.client);
    await raw.send({ args: ['PING'], read: text }).promise;
    const call = raw.send({ args: ['BLPOP', 'nothing', '0'], read: text });
    call.abort((outcome) => new Error(outcome));
    await expect(call.promise).rejects.toThrow('unknown');
    call.abort(() => new Error('twice'));
  });

  it('keeps a deadline of its own', async () => {
    const resilience = createRedisResilience(server.url, { timeoutMs: 60_000 });
    onTestFinished(() => resilience.close({ drainMs: 0 }));
    const raw = new RawClient(resilience.client);
    await raw.send({ args: ['PING'], read: text }).promise;
    await server.command('CLIENT', 'PAUSE', '100', 'ALL');
    const { promise } = raw.send({ args: ['GET', 'a'], read: text }, 30);
    await expect(promise).rejects.toMatchObject({ code: 'COMMAND_TIMEOUT' });
    // PING gets a reply only when the server has finished the script.
    await server.command('PING');
  });

  it('puts the prefix of its client before keys', async () => {
    const resilience = createRedisResilience({ host: server.host, port: server.port, keyPrefix: 'app:' });
    onTestFinished(() => resilience.close({ drainMs: 0 }));
    await new RawClient(resilience.client).send({ args: ['SET', 'prefixed', '1'], read: text }).promise;
    expect(await server.command('EXISTS', 'app:prefixed')).toBe(1);
  });

  it('is refused on a client that nothing protects', () => {
    const client = new ioredis6.Redis({ lazyConnect: true, replyMapping: 'legacy' });
    expect(() => new RawClient(client)).toThrow(/protected/);
  });
});

import { protect } from '@redis-resilience/core';
import { startRedis, type RedisServer } from '@redis-resilience/testing';
import * as ioredis6 from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ioredis511, ioredis560 } from './supported-ioredis.ts';

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});

afterAll(() => server.stop());

const drivers = [
  ['6 with RESP3', ioredis6, { protocol: 3 }],
  ['6 with RESP2', ioredis6, { protocol: 2 }],
  ['6 with all numbers as text', ioredis6, { stringNumbers: true }],
  ['5.11', ioredis511, {}],
  ['5.11 with all numbers as text', ioredis511, { stringNumbers: true }],
  ['5.6.0', ioredis560, {}],
] as const;

/** The results of commands with every kind of reply, all in flight at the same time. */
function ask(client: ioredis6.Redis): Promise<unknown> {
  const binary = Buffer.from([0, 13, 10, 255]);
  const answers = [
    client.set('text', 'é€😀\r\n'),
    client.callBuffer('SET', 'binary', binary),
    client.get('text'),
    client.getBuffer('text'),
    client.get('binary'),
    client.getBuffer('binary'),
    client.set('empty', ''),
    client.get('empty'),
    client.get('missing'),
    client.incrby('number', 123_456_789_012_345),
    client.incrby('large', '9007199254740993'),
    client.decr('negative'),
    client.incrbyfloat('float', 1.5),
    client.mget('text', 'missing', 'binary'),
    client.callBuffer('MGET', 'text', 'missing', 'binary'),
    client.mget('long', 'text'),
    client.lrange('missing', 0, -1),
    client.smismember('missing', 'a', 'b'),
    client.eval('return {}', 0),
    client.eval('return {redis.status_reply("FINE"), 1, -1, "a", false}', 0),
    client.eval('return {{1}, "a"}', 0),
    client.eval('return {1, redis.error_reply("ERR within")}', 0).catch((error: Error) => error.message),
    client.hset('hash', { field: 'value' }),
    client.hgetall('hash'),
    client.hget('hash', 'field'),
    client.type('hash'),
    client.call('GET', 'text'),
    client.callBuffer('GET', 'text'),
    client.lpush('text', 'refused').catch((error: Error) => error.message),
    client.eval('return {1, redis.status_reply("FINE"), false}', 0),
    client.exists('text'),
    client.set('long', 'y'.repeat(100_000)),
    client.get('long'),
    client.echo('last'),
  ];
  return Promise.all(answers);
}

/** Runs pipelines and transactions, including commands that need more than one request. */
async function askTogether(client: ioredis6.Redis): Promise<unknown> {
  const results = await Promise.all([
    client.pipeline().set('a', 'é').get('a').getBuffer('a').incr('a').get('missing').exec(),
    client.multi().set('b', 'value').get('b').incr('n').expire('b', 100).get('b').exec(),
    client.multi().hset('h', 'f', 'v').hgetall('h').get('b').exec(),
    client.multi().get('b').getBuffer('b').mget('b', 'missing').exec(),
    client.multi().exec(),
    client.multi().set('c', '1').lpush('c', '2').get('c').exec(),
    client
      .multi()
      .set('d', '1')
      .call('NO-SUCH-COMMAND')
      .exec()
      .catch((error: Error) => error.message),
    client.pipeline().set('e', 'y'.repeat(40_000)).blpop('missing', 0.01).get('e').exec(),
    client
      .pipeline()
      .select(1)
      .set('f', Buffer.from([0, 255]))
      .getBuffer('f')
      .select(0)
      .get('f')
      .exec(),
    client.pipeline(Array.from({ length: 300 }, (_, index) => ['set', `k${index}`, 'z'.repeat(100)])).exec(),
    client.pipeline([['watch', 'a'], ['multi'], ['get', 'a'], ['exec'], ['unwatch']]).exec(),
    client.get('a'),
  ]);
  return withTexts(results);
}

/** Replaces errors by their messages, because core adds fields to an error that ioredis alone does not have. */
function withTexts(value: unknown): unknown {
  if (value instanceof Error) return value.message;
  return Array.isArray(value) ? value.map(withTexts) : value;
}

describe.each(drivers)('answers of a protected client of ioredis %s', (_name, ioredis, options) => {
  it('are those of a bare one', async () => {
    const bare = new ioredis.Redis({ host: server.host, port: server.port, ...options });
    onTestFinished(() => bare.disconnect());
    await bare.flushall();
    const theirs = await ask(bare);
    const resilience = protect(new ioredis.Redis({ host: server.host, port: server.port, ...options }));
    onTestFinished(() => resilience.close({ drainMs: 0 }));
    await resilience.client.flushall();
    expect(await ask(resilience.client)).toEqual(theirs);
  });

  it('are those of a bare one in pipelines and transactions', async () => {
    const bare = new ioredis.Redis({ host: server.host, port: server.port, ...options });
    onTestFinished(() => bare.disconnect());
    await bare.flushall();
    const theirs = await askTogether(bare);
    const resilience = protect(new ioredis.Redis({ host: server.host, port: server.port, ...options }));
    onTestFinished(() => resilience.close({ drainMs: 0 }));
    await resilience.client.flushall();
    expect(await askTogether(resilience.client)).toEqual(theirs);
    expect(await resilience.client.get('a')).toBe('é');
  });

  it('reach a callback', async () => {
    const resilience = protect(new ioredis.Redis({ host: server.host, port: server.port, ...options }));
    onTestFinished(() => resilience.close({ drainMs: 0 }));
    const { client } = resilience;
    await client.set('key', 'value');
    const told: unknown[] = [];
    const seen = new Promise((resolve) => {
      void client.get('key', (...given) => resolve(told.push(...given)));
    });
    expect(await Promise.all([client.get('key'), seen])).toEqual(['value', 2]);
    expect(told).toEqual([null, 'value']);
  });
});

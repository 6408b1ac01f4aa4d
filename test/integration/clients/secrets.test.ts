import { inspect } from 'node:util';
import {
  CommandTimeoutError,
  createRedisResilience,
  OutcomeUnknownError,
  protect,
  RedisUnavailableError,
} from '@redis-resilience/core';
import { startCluster, startRedis, waitFor } from '@redis-resilience/testing';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { errorOf } from '../stage/outcome-of.ts';
import { honest, HostileServer } from '../../bench/fuzz/hostile-server.ts';
import { startProtectedRedis } from '../stage/protected-redis.ts';

const secret = /hunter2|secret-key|secret-value/;

/** Returns all forms in which a log may print a value. */
function printed(value: unknown): string {
  return `${inspect(value, { depth: 10, showHidden: true })} ${JSON.stringify(value)} ${String(value)}`;
}

describe('a refused reauthenticate()', () => {
  it('says so without the password, also to one who looks at all of the error', async () => {
    await using redis = await startProtectedRedis();
    const error = await errorOf(redis.resilience.reauthenticate({ username: 'shop', password: 'hunter2' }));
    expect(error).toBeInstanceOf(RedisUnavailableError);
    expect(error).toMatchObject({ reason: 'auth', outcome: 'refused' });
    expect(String(error.cause)).toContain('WRONGPASS');
    expect(printed(error)).not.toMatch(secret);
    expect(await redis.client.ping()).toBe('PONG');
  });
});

describe('the cause of an error', () => {
  it('holds no key and no value', async () => {
    await using redis = await startProtectedRedis({ resilience: { retry: { maxRetries: 0 } } });
    await redis.server.command('CONFIG', 'SET', 'maxmemory', 1);
    const refused = await errorOf(redis.client.set('secret-key', 'secret-value'));
    const aborted = await errorOf(
      redis.client
        .multi()
        .set('secret-key', 'secret-value')
        .exec()
        .then(() => undefined),
    );
    expect(refused.cause).toBeInstanceOf(Error);
    expect(String(refused.cause)).toContain('OOM');
    for (const error of [refused, aborted]) expect(printed(error)).not.toMatch(secret);
  });

  it('is kept in class and text, without its command, wherever an error of ours is made', () => {
    const reply = Object.assign(new Error('OOM command not allowed'), {
      name: 'ReplyError',
      command: { name: 'set', args: ['secret-key', 'secret-value'] },
      previousErrors: [Object.assign(new Error('ERR'), { command: { args: ['secret-value'] } })],
    });
    for (const one of [
      new RedisUnavailableError('x', { cause: reply }),
      new CommandTimeoutError('x', { cause: reply }),
      new OutcomeUnknownError('x', { cause: reply }),
    ]) {
      expect(one.cause).toBeInstanceOf(Error);
      expect(one.cause).toMatchObject({ name: 'ReplyError', message: 'OOM command not allowed' });
      expect(printed(one)).not.toMatch(secret);
    }
    expect(reply.command.args).toHaveLength(2);
  });
});

describe('the reply of a server or proxy that quotes the password', () => {
  it.each([
    ['in its words', (password: string) => `-WRONGPASS ${password} is wrong\r\n`],
    ['in upper case', (password: string) => `-ERR ${password.toUpperCase()}\r\n`],
    ['as its code', (password: string) => `-${password.toUpperCase()} no\r\n`],
    ['in Base64', (password: string) => `-DENIED ${Buffer.from(password).toString('base64')}\r\n`],
    ['percent-encoded', (password: string) => `-ERR upstream ${encodeURIComponent(password)}\r\n`],
  ])('is passed on without it: %s', async (_, reply) => {
    const password = 'hunter2/+ä';
    await using server = await HostileServer.start();
    server.hostility = ([name = '', ...args]) =>
      /^auth$/i.test(name) && args.at(-1) === password ? reply(password) : honest;
    const target = { host: server.host, port: server.port };
    const refused = createRedisResilience({ ...target, password }, { logger: false, timeoutMs: 200 });
    const errors: unknown[] = [];
    refused.client.on('error', (error) => errors.push(error));
    errors.push(await errorOf(refused.client.get('a')));
    await waitFor(() => errors.length > 1, { message: 'an error of the client' });
    await refused.close();
    const live = createRedisResilience(target, { logger: false });
    await live.ready();
    errors.push(await errorOf(live.reauthenticate({ username: 'shop', password })));
    await live.close();
    expect(errors.length).toBeGreaterThan(2);
    for (const error of errors) {
      expect(printed(error)).toContain('auth');
      expect(printed(error)).not.toMatch(/hunter2|aHVudGVyMi/i);
    }
  });
});

describe('an error reply', () => {
  it('shows no argument, neither in its words nor in properties that logs hide', async () => {
    await using redis = await startProtectedRedis();
    const { client } = redis;
    await client.set('secret-key', 'secret-value');
    for (const refused of [
      client.lpush('secret-key', 'secret-value'),
      client.call('XREADGROUP', 'GROUP', 'secret-value', 'c', 'STREAMS', 'secret-key', '>'),
      client.call('EXPIRE', 'secret-key', '1', 'secret-value'),
      client.call('ACL', 'CAT', 'secret-value'),
      client.call('CONFIG', 'SET', 'secret-key', 'secret-value'),
      client.call('SET secret-key secret-value'),
      client.multi().call('secret-value!').exec(),
      redis.resilience.lease((leased) => leased.call('GET secret-key')),
    ]) {
      const error = await errorOf(refused);
      expect(printed(error)).not.toMatch(secret);
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(secret);
    }
    const known = (await errorOf(client.incr('secret-key'))) as Error & { command?: object };
    expect(known.command).toEqual({ name: 'incr', args: ['secret-key'] });
    expect(JSON.stringify(redis.resilience.history())).not.toMatch(secret);
  });

  it('keeps its words where they are its own, even if an argument is one of them', async () => {
    await using redis = await startProtectedRedis();
    await redis.client.set('value', 'set');
    const refused = [
      redis.client.incr('value'),
      redis.client.lpush('value', 'kind'),
      redis.client.call('SET', 'set'),
      redis.client.call('CONFIG', 'GTE', 'x'),
    ];
    const texts = (await Promise.all(refused.map((call) => errorOf(call)))).map(({ message }) => message);
    expect(texts).toEqual([
      'ERR value is not an integer or out of range',
      'WRONGTYPE Operation against a key holding the wrong kind of value',
      "ERR wrong number of arguments for 'set' command",
      "ERR unknown subcommand 'GTE'. Try CONFIG HELP.",
    ]);
  });

  it('of a command whose name holds a key is reported without it, whatever fails', async () => {
    const resilience = createRedisResilience('redis://127.0.0.1:1', { logger: false, timeoutMs: 100 });
    const failed: unknown[] = [];
    resilience.on('command-failed', (event) => failed.push(event));
    failed.push(await errorOf(resilience.client.call('GET secret-key')));
    failed.push(resilience.history());
    await resilience.close();
    expect(failed).toHaveLength(3);
    expect(printed(failed)).not.toMatch(secret);
  });
});

describe('what a log prints', () => {
  it.each(['made', 'taken over'])('of a resilience and its clients is their state: %s', async (how) => {
    await using server = await startRedis({ password: 'hunter2' });
    const target = { host: server.host, port: server.port, password: 'hunter2' };
    const options = { connection: { credentials: { password: 'hunter2' } } };
    const resilience =
      how === 'made' ? createRedisResilience(target, options) : protect(new Redis(target), options);
    await resilience.ready({ timeoutMs: 5_000 });
    const duplicate = resilience.client.duplicate();
    const batches = [resilience.client.pipeline(), duplicate.multi(), resilience.client.options];
    for (const each of [
      resilience,
      resilience.client,
      duplicate,
      { nested: [resilience.client] },
      ...batches,
    ]) {
      expect(`${inspect(each, { depth: 10 })} ${JSON.stringify(each)}`).not.toMatch(secret);
    }
    expect(inspect(resilience)).toMatch(/^RedisResilience \{[^]*status: 'up'/);
    expect(inspect(resilience.client)).toBe("Redis { status: 'ready' }");
    expect(JSON.parse(JSON.stringify(resilience))).toMatchObject({ name: 'default', status: 'up' });
    await resilience.close();
  });

  it('of a Cluster and its nodes is their state', async () => {
    await using cluster = await startCluster();
    const resilience = createRedisResilience({
      cluster: cluster.addresses,
      options: { redisOptions: { connectionName: 'hunter2', sentinelPassword: 'hunter3' } },
    });
    await resilience.ready({ timeoutMs: 5_000 });
    expect(inspect(resilience.client)).toBe("Cluster { status: 'ready' }");
    expect(inspect(resilience.client.nodes(), { depth: 10 })).not.toMatch(secret);
    expect(JSON.stringify(resilience.client.pipeline())).not.toMatch('hunter3');
    await resilience.close();
  });
});

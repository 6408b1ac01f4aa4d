import { inspect } from 'node:util';
import {
  CommandTimeoutError,
  createRedisResilience,
  OutcomeUnknownError,
  protect,
  RedisUnavailableError,
} from '@redis-resilience/core';
import { startCluster, startRedis } from '@redis-resilience/testing';
import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { errorOf } from '../stage/outcome-of.ts';
import { startProtectedRedis } from '../stage/protected-redis.ts';

const secret = /hunter2|secret-key|secret-value/;

/** All that a log may print of a value. */
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

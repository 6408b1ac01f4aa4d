import { createRedisResilience, type Credentials } from '@redis-resilience/core';
import { startRedis, waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { CallLoop, summaryOf } from '../stage/call-loop.ts';
import { errorOf } from '../stage/outcome-of.ts';
import { startProtectedRedis, waitUntilOnNewSocket, waitUntilStatus } from '../stage/protected-redis.ts';

describe('a password that is rotated', () => {
  it('nobody notices when the provider has the new one', async () => {
    let password = 'first';
    await using redis = await startProtectedRedis({
      server: { password: 'first' },
      resilience: { connection: { credentials: async (): Promise<Credentials> => ({ password }) } },
    });
    const loop = new CallLoop(() => redis.client.set('greeting', 'hello'));
    await loop.untilAnswered(20);

    password = 'second';
    await redis.server.command('CONFIG', 'SET', 'requirepass', 'second');
    redis.proxy.reset();
    await loop.untilAnswered(50);

    await loop.finish();
    expect(loop.failures.map(({ error }) => summaryOf(error))).toEqual([]);
  });

  it('the connection heals as soon as the provider has the new one, and no error names either', async () => {
    let password = 'first-secret';
    await using redis = await startProtectedRedis({
      server: { password: 'first-secret' },
      resilience: { connection: { credentials: async (): Promise<Credentials> => ({ password }) } },
    });
    const attempts: unknown[] = [];
    redis.resilience.on('attempt', (attempt) => attempts.push(attempt));

    await redis.server.command('CONFIG', 'SET', 'requirepass', 'second-secret');
    redis.proxy.reset();
    await waitFor(() => redis.resilience.snapshot().cause?.code === 'auth');
    const error = await errorOf(redis.client.get('greeting'));
    password = 'second-secret';
    await redis.until('up');

    expect(error).toMatchObject({ code: 'REDIS_UNAVAILABLE', reason: 'auth' });
    const told = JSON.stringify([attempts, redis.resilience.history(), error.message, error]);
    expect(told).not.toContain('secret');
  });

  it('WRONGPASS at the start is not final', async () => {
    await using server = await startRedis({ password: 'right' });
    const resilience = createRedisResilience({ host: server.host, port: server.port, password: 'wrong' });
    await waitFor(() => resilience.snapshot().cause?.code === 'auth');

    await resilience.reauthenticate({ password: 'right' });
    await waitUntilStatus(resilience, 'up');

    expect(await resilience.client.set('greeting', 'hello')).toBe('OK');
    await resilience.close();
  });

  it('NOAUTH heals when the password is known', async () => {
    await using server = await startRedis({ password: 'right' });
    const resilience = createRedisResilience({ host: server.host, port: server.port });
    await waitFor(() => resilience.snapshot().cause?.code === 'auth');

    await server.command('CONFIG', 'SET', 'requirepass', '');
    await waitUntilStatus(resilience, 'up');
    await resilience.close();
  });

  it('live connections are authenticated again on request', async () => {
    await using redis = await startProtectedRedis({
      server: { users: [{ name: 'shop', password: 'first' }] },
      resilience: { connection: { credentials: { username: 'shop', password: 'first' } } },
    });
    const portBefore = redis.client.stream.localPort;
    await redis.server.command('ACL', 'SETUSER', 'shop', '>second');

    await redis.resilience.reauthenticate({ username: 'shop', password: 'second' });

    expect(redis.client.stream.localPort).toBe(portBefore);
    await redis.server.command('ACL', 'SETUSER', 'shop', '<first');
    redis.proxy.reset();
    await waitUntilOnNewSocket(redis.client, portBefore);
    await redis.until('up');
    expect(await redis.client.acl('WHOAMI')).toBe('shop');
  });

  it('a provider that throws is a cause of its own, and heals', async () => {
    await using server = await startRedis({ password: 'right' });
    let isBroken = true;
    const resilience = createRedisResilience(
      { host: server.host, port: server.port },
      {
        connection: {
          credentials: async () => {
            if (isBroken) throw new Error('the vault with its s3cret token is away');
            return { password: 'right' };
          },
        },
      },
    );
    await waitFor(() => resilience.snapshot().cause?.code === 'credentials');
    const error = await errorOf((resilience.client as { get(key: string): Promise<unknown> }).get('a'));
    isBroken = false;
    await waitUntilStatus(resilience, 'up');

    expect(error).toMatchObject({ reason: 'credentials' });
    expect(error.message).not.toContain('s3cret');
    await resilience.close();
  });

  it('a provider that hangs is bounded by its own deadline', async () => {
    await using server = await startRedis({ password: 'right' });
    let hangs = true;
    const resilience = createRedisResilience(
      { host: server.host, port: server.port },
      {
        connection: {
          credentialsTimeoutMs: 200,
          credentials: () =>
            hangs ? new Promise<Credentials>(() => undefined) : Promise.resolve({ password: 'right' }),
        },
      },
    );
    await waitFor(() => resilience.snapshot().cause?.code === 'credentials');
    hangs = false;
    await waitUntilStatus(resilience, 'up');
    await resilience.close();
  });
});

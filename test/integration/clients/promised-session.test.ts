import { createRedisResilience, type RedisResilience, type ResilienceTarget } from '@redis-resilience/core';
import { startRedis, waitFor, type RedisServer } from '@redis-resilience/testing';
import { Redis } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { errorOf } from '../stage/outcome-of.ts';
import { startProtectedRedis, waitUntilOnNewSocket, waitUntilStatus } from '../stage/protected-redis.ts';
import { supportedProtocols } from '../stage/supported-protocols.ts';

describe.each(supportedProtocols)('what a connection promised is part of its proof (RESP%i)', (protocol) => {
  it('a database that does not exist is never up, and no command runs on another one', async () => {
    await using server = await startRedis();
    const resilience = protectedBy({ ...addressOf(server), db: 99, protocol });
    const error = await errorOf(resilience.client.set('greeting', 'hello'));

    expect(error).toMatchObject({ code: 'REDIS_UNAVAILABLE', reason: 'database', outcome: 'not-applied' });
    expect(resilience.snapshot()).toMatchObject({ status: 'down', cause: { code: 'database' } });
    expect(await server.command('DBSIZE')).toBe(0);
  });

  it('a database that the user may not select, until it may', async () => {
    await using server = await startRedis({
      users: [{ name: 'shop', password: 'secret', rules: '~* &* +@all -select' }],
    });
    const login = { username: 'shop', password: 'secret' };
    const resilience = protectedBy({ ...addressOf(server), ...login, db: 3, protocol });
    const error = await errorOf(resilience.client.set('greeting', 'hello'));
    expect(error).toMatchObject({ reason: 'database' });
    await server.command('ACL', 'SETUSER', 'shop', '+select');
    await waitUntilStatus(resilience, 'up');
    await resilience.client.set('greeting', 'hello');

    expect(await server.command('DBSIZE')).toBe(0);
  });

  it('the database that was selected last, when the user may not select it any more', async () => {
    await using redis = await startProtectedRedis({
      server: { users: [{ name: 'shop', password: 'secret', rules: '~* &* +@all' }] },
      client: { username: 'shop', password: 'secret', protocol },
    });
    await redis.client.select(5);
    await redis.server.command('ACL', 'SETUSER', 'shop', '-select');
    redis.proxy.reset();
    await waitFor(() => redis.resilience.snapshot().cause?.code === 'database');

    expect(await errorOf(redis.client.flushdb())).toMatchObject({ reason: 'database' });
    await redis.server.command('ACL', 'SETUSER', 'shop', '+select');
    await redis.until('up');
    await redis.client.set('greeting', 'hello');
    expect(await redis.server.command('DBSIZE')).toBe(0);
  });

  it('a SELECT that the server refused changes nothing, also over a reconnection', async () => {
    await using redis = await startProtectedRedis({ client: { protocol, db: 3 } });
    await redis.client.set('here', 'three');

    await expect(redis.client.select(99)).rejects.toThrow(/out of range/);
    await redis.client.multi().select(98).get('here').exec();
    for (let round = 0; round < 2; round++) {
      const { localPort } = redis.client.stream;
      redis.proxy.reset();
      await waitUntilOnNewSocket(redis.client, localPort);
      await redis.until('up');
      expect(await redis.client.get('here')).toBe('three');
    }
  });

  it('a name that the user may not give', async () => {
    await using server = await startRedis({
      users: [{ name: 'shop', password: 'secret', rules: '~* &* +@all -client|setname' }],
    });
    const login = { username: 'shop', password: 'secret' };
    const resilience = protectedBy({ ...addressOf(server), ...login, connectionName: 'till', protocol });
    await waitFor(() => resilience.snapshot().cause?.code === 'auth');
    await server.command('ACL', 'SETUSER', 'shop', '+client|setname');
    await waitUntilStatus(resilience, 'up');

    expect(await resilience.client.client('GETNAME')).toBe('till');
  });

  it('the database, also of a server that is busy at first', async () => {
    await using server = await startRedis({ config: { 'busy-reply-threshold': 20 } });
    const script = new Redis(server.port, server.host);
    onTestFinished(() => script.disconnect());
    await script.ping();
    const running = script.eval('while true do end', 0).catch(() => undefined);
    await waitFor(async () => (await errorOf(server.command('PING')).catch(() => undefined)) !== undefined);
    const resilience = protectedBy({ ...addressOf(server), db: 3, protocol });
    await waitFor(() => resilience.snapshot().cause?.code === 'busy');
    await server.command('SCRIPT', 'KILL');
    await running;
    await waitUntilStatus(resilience, 'up');
    await resilience.client.set('greeting', 'hello');

    expect(await server.command('DBSIZE')).toBe(0);
  });
});

function protectedBy(target: ResilienceTarget): RedisResilience {
  const resilience = createRedisResilience(target);
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  return resilience;
}

function addressOf({ host, port }: RedisServer): { host: string; port: number } {
  return { host, port };
}

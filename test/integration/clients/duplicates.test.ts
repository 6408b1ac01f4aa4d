import { createServer } from 'node:net';
import {
  createRedisResilience,
  isRedisResilienceError,
  type RedisResilience,
  type ResilienceOptions,
} from '@redis-resilience/core';
import { freePort, startProxy, startRedis, waitFor, type RedisServer } from '@redis-resilience/testing';
import type { Redis, RedisOptions } from 'ioredis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { errorOf } from '../stage/outcome-of.ts';
import { startProtectedRedis } from '../stage/protected-redis.ts';

describe('a duplicate that leads elsewhere', () => {
  it('does not hold up the recovery of the first server, which nobody listens to meanwhile', async () => {
    await using redis = await startProtectedRedis();
    const nowhere = redis.client.duplicate({ host: '127.0.0.1', port: await freePort() });
    await errorOf(nowhere.get('greeting'));
    const tookMs: number[] = [];
    for (let resets = 0; resets < 5; resets++) {
      redis.proxy.reset();
      const startedAt = performance.now();
      expect(await redis.client.set('greeting', 'hello')).toBe('OK');
      tookMs.push(performance.now() - startedAt);
    }

    // Core dials every 100 ms. On a busy machine, some times may be longer, so only the shortest counts.
    expect(Math.min(...tookMs)).toBeLessThan(100);
    nowhere.disconnect();
  });

  it('has circuits of its own: its slow server says nothing of the first one', async () => {
    await using redis = await startProtectedRedis({ resilience: { circuit: { slowMs: 200 } } });
    await using other = await startRedis();
    await using proxy = await startProxy({ target: other });
    const elsewhere = redis.client.duplicate({ host: proxy.host, port: proxy.port });
    expect(await elsewhere.set('a', '1')).toBe('OK');
    proxy.latency(400);
    await Promise.all(Array.from({ length: 40 }, () => elsewhere.set('a', '2')));
    const isRefused = async (): Promise<boolean> => {
      const answer: unknown = await elsewhere.set('a', '3').catch((error: unknown) => error);
      return isRedisResilienceError(answer) && answer.code === 'CIRCUIT_OPEN';
    };
    await waitFor(isRefused);

    expect(redis.resilience.snapshot()).toMatchObject({
      status: 'up',
      circuit: { read: 'closed', write: 'closed' },
    });
    expect(await redis.client.set('b', '1')).toBe('OK');
    const isolated = redis.resilience.isolate('maintenance');
    expect(await errorOf(elsewhere.get('a'))).toMatchObject({ reason: 'isolated' });
    isolated();
    elsewhere.disconnect();
  });

  it.each<[string, RedisOptions, ResilienceOptions]>([
    ['in the options of the client', { password: 'first' }, {}],
    ['in the options of the resilience', {}, { connection: { credentials: { password: 'first' } } }],
    ['from a provider', {}, { connection: { credentials: () => ({ password: 'first' }) } }],
  ])('never sends the password of the first server there: %s', async (_where, client, options) => {
    await using server = await startRedis({ password: 'first' });
    const [heard, other] = [await startListening(), await startListening()];
    const resilience = protectedBy({ ...addressOf(server), ...client }, options);
    await resilience.ready({ timeoutMs: 5_000 });
    const silent = resilience.client.duplicate({ port: heard.port });
    const named = resilience.client.duplicate({ port: other.port, username: 'shop', password: 'second' });
    await Promise.all([errorOf(silent.get('a')), errorOf(named.get('a'))]);
    await resilience.reauthenticate({ password: 'first' });
    await waitFor(() => other.text().includes('second') && heard.text().includes('PING'));

    expect(heard.text() + other.text()).not.toContain('first');
  });

  it('logs in as it was told, on the same server too, also when the first one logs in anew', async () => {
    await using server = await startRedis({
      password: 'first',
      users: [{ name: 'shop', password: 'second', rules: '~* &* +@all' }],
    });
    const resilience = protectedBy(addressOf(server), {
      connection: { credentials: () => ({ password: 'first' }) },
    });
    const own = resilience.client.duplicate({ username: 'shop', password: 'second' });
    const grandchild = own.duplicate({ db: 2 });
    await resilience.reauthenticate({ password: 'first' });

    expect(await own.acl('WHOAMI')).toBe('shop');
    expect(await grandchild.acl('WHOAMI')).toBe('shop');
    expect(await resilience.client.duplicate({ host: server.host }).acl('WHOAMI')).toBe('default');
  });
});

describe('a duplicate that ended and was connected again', () => {
  it('learns at once that nobody is there, also while another client makes the attempts', async () => {
    await using redis = await startProtectedRedis();
    const duplicate = redis.client.duplicate();
    await duplicate.ping();
    await redis.server.kill();
    duplicate.disconnect();
    await waitFor(() => duplicate.status === 'end' && redis.resilience.snapshot().status === 'down');
    await expect(duplicate.connect()).rejects.toThrow(/ECONN/);
    duplicate.disconnect();
  });

  it('is counted, isolated and closed as before', async () => {
    await using redis = await startProtectedRedis();
    const duplicate = redis.client.duplicate();
    await duplicate.get('greeting');
    duplicate.disconnect();
    await waitFor(() => duplicate.status === 'end');
    await waitFor(() => redis.resilience.detail().connections === 1);
    await duplicate.connect();
    await duplicate.get('greeting');

    expect(redis.resilience.detail().connections).toBe(2);
    const putBack = redis.resilience.isolate('maintenance');
    expect(await errorOf(duplicate.get('greeting'))).toMatchObject({ reason: 'isolated' });
    putBack();
    expect(await duplicate.get('greeting')).toBeNull();
    await redis.resilience.close({ drainMs: 0 });
    expect(duplicate.status).toBe('end');
  });

  it('is closed also by a close() in the turn in which it is connected', async () => {
    await using redis = await startProtectedRedis();
    const duplicate = redis.client.duplicate();
    await duplicate.ping();
    await duplicate.quit();
    await waitFor(() => duplicate.status === 'end');
    const connecting = errorOf(duplicate.connect());
    await redis.resilience.close({ drainMs: 0 });
    expect(await connecting).toMatchObject({ message: 'Connection is closed.' });
    expect(duplicate.status).toBe('end');
  });
});

it('reauthenticate() skips a duplicate or a lease that is just being closed', async () => {
  await using server = await startRedis({ password: 'right' });
  const resilience = createRedisResilience(server.url, { logger: false });
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  const right = { username: 'default', password: 'right' };
  const endings: readonly ((client: Redis) => unknown)[] = [
    (client) => client.quit(),
    (client) => client.disconnect(),
  ];
  for (const end of endings) {
    const duplicate = resilience.client.duplicate();
    await duplicate.ping();
    const before = resilience.reauthenticate(right);
    void end(duplicate);
    const after = resilience.reauthenticate(right);
    await expect(Promise.all([before, after])).resolves.toBeDefined();
  }
  await resilience.lease(async (client) => {
    await client.ping();
    client.disconnect();
    await resilience.reauthenticate(right);
  });
  await expect(resilience.reauthenticate({ ...right, password: 'wrong' })).rejects.toMatchObject({
    reason: 'auth',
  });
});

it('no client of a closed resilience connects again', async () => {
  await using redis = await startProtectedRedis();
  const duplicate = redis.client.duplicate();
  await duplicate.ping();
  await redis.resilience.close({ drainMs: 0 });
  const late = redis.client.duplicate();
  for (const client of [redis.client, duplicate, late]) {
    expect(await errorOf(client.connect())).toMatchObject({ message: 'Connection is closed.' });
    expect(await errorOf(client.ping())).toMatchObject({ message: 'Connection is closed.' });
    expect(client.status).toBe('end');
  }
});

/** Starts a server that accepts connections, never replies, and records what it receives. */
async function startListening(): Promise<{ port: number; text(): string }> {
  let text = '';
  const port = await freePort();
  const server = createServer((socket) => {
    socket.on('data', (chunk) => (text += chunk.toString('latin1')));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  return { port, text: () => text };
}

function protectedBy(target: RedisOptions, options: ResilienceOptions): RedisResilience<Redis> {
  const resilience = createRedisResilience(target, options);
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  return resilience;
}

function addressOf({ host, port }: RedisServer): { host: string; port: number } {
  return { host, port };
}

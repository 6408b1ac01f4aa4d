import { createRedisResilience, type RedisResilience } from '@redis-resilience/core';
import { startProxy, startRedis, waitFor } from '@redis-resilience/testing';
import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { pass } from '../stage/call-loop.ts';
import { errorOf } from '../stage/outcome-of.ts';
import { startProtectedRedis, waitUntilStatus } from '../stage/protected-redis.ts';

describe('two resiliences in one process', () => {
  it('share nothing but the dialer', async () => {
    await using server = await startRedis();
    await using proxy = await startProxy({ target: server });
    const [shop, cart] = ['shop', 'cart'].map((name) => createRedisResilience(proxy.url, { name })) as [
      RedisResilience,
      RedisResilience,
    ];
    await Promise.all([shop.ready(), cart.ready()]);
    const events: string[] = [];
    cart.on('change', () => events.push('cart changed'));
    const putBack = shop.isolate('maintenance');

    expect(await errorOf((shop.client as Redis).get('a'))).toMatchObject({ reason: 'isolated' });
    expect(await cart.client.set('a', '1')).toBe('OK');
    expect(cart.snapshot()).toMatchObject({ name: 'cart', status: 'up' });
    expect(events).toEqual([]);
    putBack();
    await shop.close();
    expect(await cart.client.set('a', '2')).toBe('OK');
    await server.restart();
    await waitUntilStatus(cart, 'up');
    expect(shop.snapshot().connection).toBe('ended');
    expect(await cart.client.set('a', '3')).toBe('OK');
    await cart.close();
  });

  it('do not mind that the endpoint of the other is down', async () => {
    await using one = await startProtectedRedis();
    await using other = await startProtectedRedis();
    await one.server.kill();
    await one.until('down');

    expect(await other.client.set('a', '1')).toBe('OK');
    expect(other.resilience.snapshot()).toMatchObject({ status: 'up', outages: 0 });
  });
});

describe('fifty clients of one server', () => {
  it('are all back soon after a restart, and dial with measure meanwhile', async () => {
    await using server = await startRedis();
    await using proxy = await startProxy({ target: server });
    const resiliences = Array.from({ length: 50 }, (_, index) =>
      createRedisResilience(proxy.url, { name: `client ${index}` }),
    );
    await Promise.all(resiliences.map((each) => each.ready({ timeoutMs: 10_000 })));
    await proxy.refuse({ reset: true });
    await Promise.all(resiliences.map((each) => waitUntilStatus(each, 'down')));
    let attempts = 0;
    for (const each of resiliences) each.on('attempt', () => attempts++);
    await pass(2_000);
    const attemptsPerSecond = attempts / 2;
    await proxy.heal();
    await Promise.all(resiliences.map((each) => waitUntilStatus(each, 'up')));

    expect(attemptsPerSecond).toBeLessThanOrEqual(24);
    await Promise.all(resiliences.map((each) => each.close()));
    await waitFor(() => proxy.connections === 0);
  });

  it('are all back after each of several resets in a row', async () => {
    await using redis = await startProtectedRedis();
    const duplicates = Array.from({ length: 20 }, () => redis.client.duplicate());
    await Promise.all(duplicates.map((client) => client.ping()));
    for (let round = 0; round < 3; round++) {
      const { accepted } = redis.proxy;
      redis.proxy.reset();
      await waitFor(() => redis.proxy.accepted >= accepted + 21, { timeoutMs: 8_000 });
      await waitFor(
        () => duplicates.every(({ status }) => status === 'ready') && redis.client.status === 'ready',
        {
          timeoutMs: 8_000,
        },
      );
      await Promise.all(duplicates.map((client) => client.set('a', '1')));
    }
    expect(redis.resilience.detail()).toMatchObject({
      connections: 21,
      readyConnections: 21,
      waiting: 0,
      inFlight: 0,
    });
    for (const each of duplicates) each.disconnect();
    await waitFor(() => redis.resilience.detail().connections === 1);
  });
});

describe('close()', () => {
  it('answers everything that was pending, and refuses what comes later', async () => {
    await using redis = await startProtectedRedis();
    await redis.server.freeze();
    const sent = errorOf(redis.client.incr('visits'));
    const queued = Promise.all(Array.from({ length: 10 }, () => errorOf(redis.client.get('a'))));
    await redis.resilience.close({ drainMs: 50 });

    expect(await sent).toMatchObject({ outcome: 'unknown' });
    expect((await queued).every((error) => 'code' in error)).toBe(true);
    expect(await errorOf(redis.client.get('a'))).toMatchObject({ reason: 'closed' });
    expect(redis.resilience.snapshot()).toMatchObject({ status: 'down', connection: 'ended' });
    redis.server.thaw();
  });

  it('lets what is under way finish first', async () => {
    await using redis = await startProtectedRedis();
    redis.proxy.latency(50);
    const calls = Array.from({ length: 20 }, (_, index) => redis.client.set(`a:${index}`, '1'));
    await redis.resilience.close();

    expect(new Set(await Promise.all(calls))).toEqual(new Set(['OK']));
  });

  it('may be called twice, and while Redis is away', async () => {
    await using redis = await startProtectedRedis();
    await redis.server.kill();
    await redis.until('down');
    await Promise.all([redis.resilience.close(), redis.resilience.close()]);

    expect(redis.client.status).toBe('end');
  });

  it('resolves for a lazy client that never connected', async () => {
    const resilience = createRedisResilience({ lazyConnect: true });
    await resilience.close();
    expect(resilience.snapshot().connection).toBe('ended');
  });
});

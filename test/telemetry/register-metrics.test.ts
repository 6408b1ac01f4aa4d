import { hasSubscribers } from 'node:diagnostics_channel';
import { createRedisResilience, runWithBudget } from '@redis-resilience/core';
import { metricNames, registerMetrics } from '@redis-resilience/telemetry/prometheus';
import { waitFor } from '@redis-resilience/testing';
import { AggregatorRegistry, Gauge, Registry } from 'prom-client';
import { Registry as OtherRegistry } from 'prom-client-other';
import { afterEach, describe, expect, it } from 'vitest';
import { parseExposition, valueOf, type Sample } from './exposition.ts';
import { startProtectedRedis } from './protected-redis.ts';

const registry = new Registry();

afterEach(() => registry.clear());

async function scrape(): Promise<Sample[]> {
  return parseExposition(await registry.metrics());
}

function idleResilience(name = 'default') {
  return createRedisResilience({ host: '127.0.0.1', port: 1, lazyConnect: true }, { name });
}

describe('a scrape', () => {
  it('shows how many commands, operations and retries there were, and how they ended', async () => {
    await using redis = await startProtectedRedis({ name: 'cache' });
    const unregister = registerMetrics(redis.resilience, { registry });
    const { client } = redis.resilience;
    await client.set('secret-key', 'secret-value');
    await client.get('secret-key');
    await expect(client.incrby('secret-key', 1)).rejects.toThrow('integer');
    await redis.resilience.execute((redisClient) => redisClient.get('secret-key'));
    const samples = await scrape();
    const of = (name: string, labels: Record<string, string>) =>
      valueOf(samples, `redis_resilience_${name}`, { connection: 'cache', ...labels });
    expect(of('commands_total', { lane: 'read', outcome: 'ok' })).toBe(2);
    expect(of('commands_total', { lane: 'write', outcome: 'ok' })).toBe(1);
    expect(of('commands_total', { lane: 'write', outcome: 'refused' })).toBe(1);
    expect(of('command_duration_seconds_count', { lane: 'read' })).toBe(2);
    expect(of('command_duration_seconds_bucket', { lane: 'read', le: '+Inf' })).toBe(2);
    expect(of('operations_total', { lane: 'read', outcome: 'ok' })).toBe(1);
    expect(of('operation_duration_seconds_count', { lane: 'read' })).toBe(1);
    expect(of('up', {})).toBe(1);
    expect(of('retry_budget_tokens', {})).toBe(100);
    unregister();
  });

  it('shows an outage while it lasts, and how long it was', async () => {
    await using redis = await startProtectedRedis();
    const unregister = registerMetrics(redis.resilience, { registry });
    await redis.takeDown();
    await redis.resilience.execute((client) => client.get('k'), { fallback: () => null });
    await waitFor(() => redis.resilience.snapshot().attempts > 2);
    const samples = await scrape();
    const of = (name: string, labels: Record<string, string> = {}) =>
      valueOf(samples, `redis_resilience_${name}`, labels);
    expect(of('up')).toBe(0);
    expect(of('status', { status: 'down' })).toBe(1);
    expect(of('state', { state: 'reconnecting' })).toBe(1);
    expect(of('cause', { cause: 'connection-refused' })).toBe(1);
    expect(of('lane_available', { lane: 'write' })).toBe(0);
    expect(of('outages_total')).toBe(1);
    expect(of('reconnect_attempts_total', { cause: 'connection-refused' })).toBeGreaterThan(1);
    expect(of('operations_total', { lane: 'read', outcome: 'fallback' })).toBe(1);
    expect(of('rejections_total', { lane: 'read', reason: 'unavailable' })).toBe(1);
    expect(of('outage_duration_seconds_count')).toBe(0);
    await redis.bringBack();
    const after = await scrape();
    expect(valueOf(after, 'redis_resilience_outage_duration_seconds_count')).toBe(1);
    expect(valueOf(after, 'redis_resilience_outage_duration_seconds_sum')).toBeGreaterThan(0);
    expect(after.filter(({ name }) => name === 'redis_resilience_cause')).toEqual([]);
    unregister();
  });

  it('counts what a request budget refused', async () => {
    await using redis = await startProtectedRedis();
    const unregister = registerMetrics(redis.resilience, { registry });
    await redis.server.freeze();
    const codes = await runWithBudget(50, async () => {
      const seen: unknown[] = [];
      const read = () => redis.resilience.client.get('a').catch((error: { code: string }) => error.code);
      for (let reads = 0; reads < 5; reads++) seen.push(await read());
      return seen;
    });
    const refused = codes.filter((code) => code === 'BUDGET_EXCEEDED').length;
    expect(refused).toBeGreaterThan(0);
    const samples = await scrape();
    const labels = { lane: 'read', reason: 'budget' };
    expect(valueOf(samples, 'redis_resilience_rejections_total', labels)).toBe(refused);
    unregister();
  });

  it('tells several connections apart, and never a host, key or value', async () => {
    await using cache = await startProtectedRedis({ name: 'cache' });
    await using sessions = await startProtectedRedis({ name: 'sessions' });
    const unregister = registerMetrics([cache.resilience, sessions.resilience], { registry });
    await sessions.takeDown();
    await cache.resilience.client.set('secret-key', 'secret-value');
    const samples = await scrape();
    expect(valueOf(samples, 'redis_resilience_up', { connection: 'cache' })).toBe(1);
    expect(valueOf(samples, 'redis_resilience_up', { connection: 'sessions' })).toBe(0);
    expect(await registry.metrics()).not.toMatch(
      new RegExp(`secret|127\\.0\\.0\\.1|localhost|\\b(${cache.server.port}|${sessions.server.port})\\b`),
    );
    unregister();
  });

  it('keeps the number of series bounded, whatever happens', async () => {
    await using redis = await startProtectedRedis();
    const unregister = registerMetrics(redis.resilience, { registry });
    const before = (await scrape()).length;
    for (let index = 0; index < 200; index++) {
      await redis.resilience.client.call('set', `key-${index}`, 'v').catch(() => undefined);
      await redis.resilience.client.call(`nonsense-${index}`).catch(() => undefined);
    }
    expect((await scrape()).length).toBe(before);
    unregister();
  });

  it('shows caches and outboxes by the names they were given', async () => {
    const resilience = idleResilience();
    const stats = { hits: 5, misses: 2, away: 1, loads: 3, loadErrors: 1, stale: 4, fallbacks: 0 };
    const cache = { stats: () => ({ ...stats, loading: 1, queued: 2, localBytes: 64 }) };
    const unregister = registerMetrics(resilience, {
      registry,
      caches: { products: cache },
      outboxes: { views: { size: 7, bytes: 512 } },
    });
    const samples = await scrape();
    const products = { cache: 'products' };
    expect(valueOf(samples, 'redis_resilience_cache_lookups_total', { ...products, result: 'hit' })).toBe(5);
    expect(valueOf(samples, 'redis_resilience_cache_loads_total', { ...products, result: 'loaded' })).toBe(2);
    expect(valueOf(samples, 'redis_resilience_outbox_entries', { outbox: 'views' })).toBe(7);
    unregister();
    await resilience.close();
  });

  it('has the names that are announced, and no others', async () => {
    const resilience = idleResilience();
    const unregister = registerMetrics(resilience, { registry });
    const types = (await registry.metrics()).matchAll(/^# TYPE (\S+) /gm);
    expect(Array.from(types, ([, name]) => name)).toEqual(metricNames);
    expect(metricNames.every((name) => /^redis_resilience_[a-z_]+$/.test(name))).toBe(true);
    unregister();
    await resilience.close();
  });

  it('goes into the registry of a cluster master too', async () => {
    const resilience = idleResilience();
    const own = new AggregatorRegistry();
    const unregister = registerMetrics(resilience, { registry: own });
    const merged = AggregatorRegistry.aggregate([await own.getMetricsAsJSON(), await own.getMetricsAsJSON()]);
    const samples = parseExposition(await merged.metrics());
    expect(valueOf(samples, 'redis_resilience_up')).toBe(0);
    expect(valueOf(samples, 'redis_resilience_connections')).toBe(2);
    unregister();
    await resilience.close();
  });
});

describe('the registration', () => {
  it('leaves nothing when it is taken back', async () => {
    const resilience = idleResilience();
    registerMetrics(resilience, { registry })();
    expect(await registry.metrics()).toBe('\n');
    expect(hasSubscribers('redis-resilience:command')).toBe(false);
    registerMetrics(resilience, { registry })();
    await resilience.close();
  });

  it('refuses a second one on the same registry, and leaves the first alone', async () => {
    const resilience = idleResilience();
    const unregister = registerMetrics(resilience, { registry });
    expect(() => registerMetrics(idleResilience('other'), { registry })).toThrow(
      expect.objectContaining({
        code: 'CONFIGURATION',
        message: expect.stringContaining('registerMetrics([a, b])'),
      }),
    );
    expect(valueOf(await scrape(), 'redis_resilience_up')).toBe(0);
    unregister();
    expect(hasSubscribers('redis-resilience:command')).toBe(false);
    await resilience.close();
  });

  it('registers nothing when one name is taken by somebody else', async () => {
    const resilience = idleResilience();
    const taken = 'redis_resilience_wait_duration_seconds';
    const gauge = new Gauge({ name: taken, help: 'Not ours.', registers: [registry] });
    gauge.set(1);
    expect(() => registerMetrics(resilience, { registry })).toThrow(taken);
    expect(registry.getMetricsAsArray().map(({ name }) => name)).toEqual([taken]);
    expect(hasSubscribers('redis-resilience:command')).toBe(false);
    await resilience.close();
  });

  it.each([
    [/second copy of prom-client/, { registry: new OtherRegistry() }],
    [/must be a Registry of prom-client/, { registry: {} as Registry }],
    [/registerMetrics\.registri does not exist\. Did you mean registry\?/, { registri: registry } as never],
    [/registerMetrics\.caches must be/, { registry, caches: { products: {} } as never }],
  ])('refuses a wrong option: %s', async (message, options) => {
    const resilience = idleResilience();
    expect(() => registerMetrics(resilience, options)).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', message: expect.stringMatching(message) }),
    );
    expect(registry.getMetricsAsArray()).toEqual([]);
    expect(hasSubscribers('redis-resilience:command')).toBe(false);
    await resilience.close();
  });

  it('refuses two connections of one name, none at all, and what is no connection', () => {
    expect(() => registerMetrics([idleResilience(), idleResilience()], { registry })).toThrow(
      /named 'default'/,
    );
    expect(() => registerMetrics([], { registry })).toThrow(/at least one/);
    expect(() => registerMetrics({} as never, { registry })).toThrow(/registerMetrics\.resilience must be/);
    expect(() => registerMetrics(undefined as never, { registry })).toThrow(
      'The option registerMetrics.resilience must be what createRedisResilience() or protect() returns; given: undefined.',
    );
    const unawaited = Promise.resolve(idleResilience());
    expect(() => registerMetrics([idleResilience(), unawaited as never], { registry })).toThrow(
      /registerMetrics\.resiliences\[1\] must be .* given: a promise, which is not awaited/,
    );
    expect(registry.getMetricsAsArray()).toEqual([]);
  });
});

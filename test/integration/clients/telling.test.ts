import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { errorOf } from '../stage/outcome-of.ts';
import { startProtectedRedis } from '../stage/protected-redis.ts';
import { UnhandledRejections } from '../stage/unhandled-rejections.ts';

describe('events', () => {
  it('tell of one outage once, with how long it was', async () => {
    await using redis = await startProtectedRedis();
    const told: string[] = [];
    let outageMs = 0;
    redis.resilience.on('outage', ({ cause }) => told.push(`outage: ${cause.code}`));
    redis.resilience.on('recovered', (recovery) => {
      told.push('recovered');
      ({ outageMs } = recovery);
    });
    await redis.server.restart({ afterMs: 300 });
    await redis.until('up');

    expect(told).toHaveLength(2);
    expect(told[0]).toMatch(/^outage: connection-(reset|refused)$/);
    expect(told[1]).toBe('recovered');
    expect(outageMs).toBeGreaterThan(200);
    expect(redis.resilience.snapshot().outages).toBe(1);
  });

  it('are contained when listeners throw', async () => {
    await using redis = await startProtectedRedis();
    using unhandled = new UnhandledRejections();
    const errors: unknown[] = [];
    for (const event of ['change', 'outage', 'recovered', 'attempt', 'command-failed', 'retry'] as const) {
      redis.resilience.on(event, () => {
        throw new Error(`a mistake in a listener of ${event}`);
      });
    }
    redis.resilience.on('listener-error', ({ event }) => errors.push(event));
    redis.resilience.on('listener-error', () => {
      throw new Error('even here');
    });
    await redis.server.restart({ afterMs: 300 });
    await errorOf(redis.client.lpush('a', 'b').then(() => Promise.reject(new Error('fine'))));
    await redis.until('up');

    expect(errors).toContain('change');
    expect(errors).toContain('outage');
    expect(errors).toContain('recovered');
    expect(await redis.client.get('greeting')).toBeNull();
    expect(await unhandled.list()).toEqual([]);
  });

  it('stop for a listener that was removed', async () => {
    await using redis = await startProtectedRedis();
    let count = 0;
    const stop = redis.resilience.on('change', () => count++);
    stop();
    stop();
    await redis.server.restart();
    await redis.until('up');

    expect(count).toBe(0);
  });

  it('hold no key or value of a failed command', async () => {
    await using redis = await startProtectedRedis();
    const told: unknown[] = [];
    redis.resilience.on('command-failed', (failure) => told.push(failure));
    await redis.server.kill();
    await redis.until('down');
    const error = await errorOf(redis.client.set('secret-key', 'secret-value'));

    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({
      command: 'set',
      code: 'REDIS_UNAVAILABLE',
      outcome: 'not-applied',
      lane: 'write',
    });
    expect(
      JSON.stringify([told, redis.resilience.history(), error, error.message, error.stack]),
    ).not.toContain('secret');
  });

  it('go to the diagnostics channel as well when they tell of status', async () => {
    await using redis = await startProtectedRedis();
    const statuses: unknown[] = [];
    const listener = (message: unknown): void => {
      statuses.push((message as { snapshot: { status: string } }).snapshot.status);
    };
    subscribe('redis-resilience:status', listener);
    await redis.server.restart({ afterMs: 200 });
    await redis.until('up');
    unsubscribe('redis-resilience:status', listener);

    expect(statuses).toContain('down');
    expect(statuses.at(-1)).toBe('up');
  });
});

describe('the snapshot', () => {
  it('is frozen, and the same object until something changes', async () => {
    await using redis = await startProtectedRedis();
    const first = redis.resilience.snapshot();
    await redis.client.set('greeting', 'hello');

    expect(redis.resilience.snapshot()).toBe(first);
    expect(Object.isFrozen(first)).toBe(true);
    expect(Object.isFrozen(first.circuit)).toBe(true);
    await redis.proxy.refuse({ reset: true });
    const down = await redis.until('down');
    expect(down).not.toBe(first);
    await waitFor(() => redis.resilience.snapshot().cause?.code === 'connection-refused');
    expect(redis.resilience.snapshot().retryAfterMs).toBeGreaterThanOrEqual(0);
    expect(JSON.stringify(redis.resilience.snapshot())).not.toContain('127.0.0.1');
  });
});

describe('history()', () => {
  it('holds status changes and slow and failed commands, and stays bounded', async () => {
    await using redis = await startProtectedRedis({ resilience: { slowCommandMs: 30 } });
    redis.proxy.latency(25);
    for (let call = 0; call < 3; call++) await redis.client.get('secret');
    const slow = redis.resilience.history().filter(({ kind }) => kind === 'command');
    redis.proxy.latency(0);
    for (let round = 0; round < 2; round++) {
      await redis.server.restart();
      await redis.until('up');
    }
    redis.proxy.latency(25);
    await Promise.all(Array.from({ length: 500 }, () => redis.client.get('secret').catch(() => undefined)));
    const history = redis.resilience.history();

    expect(slow).toHaveLength(3);
    expect(slow[0]).toMatchObject({ command: 'get', lane: 'read', keys: 1, bytes: 6, failure: undefined });
    expect(history.filter(({ kind }) => kind === 'command').length).toBeLessThanOrEqual(100);
    expect(history.filter(({ kind }) => kind === 'status').length).toBeGreaterThanOrEqual(4);
    expect(history.filter(({ kind }) => kind === 'status').length).toBeLessThanOrEqual(100);
    expect(JSON.stringify(history)).not.toContain('secret');
    const times = history.map(({ at }) => at.getTime());
    expect(times).toEqual(times.toSorted((left, right) => left - right));
  });
});

describe('history() of a pipeline', () => {
  it('tells it as one call, with all it was', async () => {
    await using redis = await startProtectedRedis({ resilience: { slowCommandMs: 10 } });
    redis.proxy.latency(25);
    await redis.client.pipeline().set('secret', 'value').get('secret').mget('secret', 'other').exec();
    await redis.client.multi().set('secret', 'value').get('secret').exec();

    expect(redis.resilience.history()).toMatchObject([
      { kind: 'status' },
      { command: 'pipeline', commands: 3, lane: 'write', keys: 4, bytes: 28 },
      { command: 'multi', commands: 2, lane: 'write', keys: 2, bytes: 17 },
    ]);
  });
});

describe('observe-only circuits', () => {
  it('refuse nothing, and tell what they would have refused', async () => {
    await using redis = await startProtectedRedis({ resilience: { circuit: { mode: 'observe' } } });
    const told: { command: string; lane: string }[] = [];
    redis.resilience.on('would-refuse', (refusal) => told.push(refusal));
    await redis.server.command('CONFIG', 'SET', 'maxmemory', 1);
    const errors: unknown[] = [];
    for (let call = 0; call < 10; call++)
      await redis.client
        .set('a', '1')
        .catch((error: unknown) => errors.push((error as { code?: string }).code));

    expect(errors).not.toContain('CIRCUIT_OPEN');
    expect(told.length).toBeGreaterThan(0);
    expect(told[0]).toEqual({ command: 'set', lane: 'write' });
  });
});

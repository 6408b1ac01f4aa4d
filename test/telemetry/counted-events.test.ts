import { createOutbox } from '@redis-resilience/fallback/outbox';
import { registerMetrics } from '@redis-resilience/telemetry/prometheus';
import { waitFor } from '@redis-resilience/testing';
import type { Redis } from 'ioredis';
import { Registry } from 'prom-client';
import { expect, it, onTestFinished } from 'vitest';
import { parseExposition, valueOf } from './exposition.ts';
import { startProtectedRedis, type ProtectedRedis } from './protected-redis.ts';

/** Registers metrics, and returns functions that read their current values from a scrape. */
function metered({ resilience }: ProtectedRedis) {
  const registry = new Registry();
  onTestFinished(registerMetrics(resilience, { registry }));
  return async (name: string, labels: Record<string, string> = {}): Promise<number> =>
    valueOf(parseExposition(await registry.metrics()), `redis_resilience_${name}_total`, labels);
}

it('a scrape counts the calls that were sent again, and the gaps of subscribers', async () => {
  await using redis = await startProtectedRedis({
    timeoutMs: 10_000,
    admission: { patience: 'deadline' },
  });
  const counter = metered(redis);
  const { client } = redis.resilience;
  const subscriber = (client as Redis).duplicate();
  onTestFinished(() => subscriber.disconnect());
  await subscriber.subscribe('news');
  const gap = new Promise((resolve) => redis.resilience.on('gap', resolve));
  await redis.server.freeze();
  const read = client.get('a');
  await waitFor(() => redis.resilience.snapshot().status === 'down');
  await redis.server.kill();
  await redis.server.start();
  await Promise.all([read, gap]);
  expect(await counter('retries', { outcome: 'unknown' })).toBe(1);
  expect(await counter('subscriber_gaps')).toBe(1);
});

it('a scrape counts the changes of the circuits, and the calls that they would have refused', async () => {
  await using redis = await startProtectedRedis({ circuit: { mode: 'observe' } });
  const counter = metered(redis);
  const putBack = redis.resilience.isolate('a drill');
  putBack();
  for (const lane of ['read', 'write']) {
    expect(await counter('circuit_changes', { lane, to: 'isolated' })).toBe(1);
    expect(await counter('circuit_changes', { lane, to: 'closed' })).toBe(1);
  }
  await redis.server.command('CONFIG', 'SET', 'maxmemory', 1);
  for (let call = 0; call < 10; call++) await redis.resilience.client.set('a', '1').catch(() => undefined);
  expect(await counter('would_refuse', { lane: 'write' })).toBeGreaterThan(0);
  expect(await counter('would_refuse', { lane: 'read' })).toBe(0);
});

it('a scrape counts how long this process stood still', async () => {
  await using redis = await startProtectedRedis();
  const counter = metered(redis);
  const until = performance.now() + 1_500;
  while (performance.now() < until);
  // On a machine without an idle core, the process may get less than half of the CPU time, and then counts as frozen.
  await waitFor(async () => {
    const counts = await Promise.all(
      ['blocked', 'frozen'].map((kind) => counter('process_freezes', { kind })),
    );
    return counts.filter((count) => count === 1).length === 1;
  });
});

it('a scrape counts what became of the writes of an outbox', async () => {
  await using redis = await startProtectedRedis();
  await using other = await startProtectedRedis({ name: 'other' });
  const counter = metered(redis);
  const outbox = createOutbox(redis.resilience, { maxEntries: 2, whenFull: 'oldest' });
  const elsewhere = createOutbox(other.resilience);
  onTestFinished(async () => {
    await Promise.all([outbox.close(), elsewhere.close()]);
  });
  await redis.takeDown();
  await other.takeDown();
  await elsewhere.add('set', ['a', '1']);
  for (const key of ['a', 'b', 'c']) await outbox.add('set', [key, '1']);
  expect(await counter('outbox_writes', { event: 'kept' })).toBe(3);
  expect(await counter('outbox_writes', { event: 'dropped' })).toBe(1);
  await redis.bringBack();
  await outbox.drain({ timeoutMs: 5_000 });
  expect(await counter('outbox_writes', { event: 'replayed' })).toBe(2);
});

import { hasSubscribers } from 'node:diagnostics_channel';
import { metricNames } from '@redis-resilience/telemetry/prometheus';
import { registerInstruments } from '@redis-resilience/telemetry/opentelemetry';
import {
  AggregationTemporality,
  DataPointType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startProtectedRedis } from './protected-redis.ts';

let exporter: InMemoryMetricExporter;
let meterProvider: MeterProvider;

beforeEach(() => {
  exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  meterProvider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 60_000 })],
  });
});

afterEach(() => meterProvider.shutdown());

async function collect() {
  exporter.reset();
  await meterProvider.forceFlush();
  return exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
}

async function valuesOf(name: string): Promise<Record<string, unknown>[]> {
  const found = (await collect()).find(({ descriptor }) => descriptor.name === name);
  return (found?.dataPoints ?? []).map(({ attributes, value }) => ({ ...attributes, value }));
}

/** Returns the OpenTelemetry name of a metric: unlike the Prometheus name, it does not end with the unit. */
function instrumentName(metric: string): string {
  return metric
    .replace('redis_resilience_', 'redis_resilience.')
    .replace(/(_timestamp)?_(seconds|bytes|total)$/, '');
}

const onlyOfSeveralDatabases = ['database', 'database_changes'];

describe('registerInstruments', () => {
  it('observes what Prometheus sees', async () => {
    await using redis = await startProtectedRedis({ name: 'cache' });
    const stop = registerInstruments(redis.resilience, { meterProvider });
    await redis.resilience.client.set('key', 'value');
    expect(await valuesOf('redis_resilience.up')).toEqual([
      { 'redis_resilience.connection': 'cache', value: 1 },
    ]);
    expect(await valuesOf('redis_resilience.commands')).toContainEqual({
      'redis_resilience.connection': 'cache',
      'redis_resilience.lane': 'write',
      'redis_resilience.outcome': 'ok',
      value: 1,
    });
    await redis.takeDown();
    expect(await valuesOf('redis_resilience.up')).toMatchObject([{ value: 0 }]);
    expect(await valuesOf('redis_resilience.status')).toContainEqual({
      'redis_resilience.connection': 'cache',
      'redis_resilience.status': 'down',
      value: 1,
    });
    stop();
  });

  it('records how long operations and outages take', async () => {
    await using redis = await startProtectedRedis();
    const stop = registerInstruments(redis.resilience, { meterProvider });
    await redis.resilience.execute((client) => client.get('key'));
    await redis.takeDown();
    await redis.bringBack();
    const metrics = await collect();
    for (const name of ['redis_resilience.operation_duration', 'redis_resilience.outage_duration']) {
      const metric = metrics.find(({ descriptor }) => descriptor.name === name);
      expect(metric).toMatchObject({
        dataPointType: DataPointType.HISTOGRAM,
        descriptor: { unit: 's' },
      });
      expect(metric?.dataPoints[0]?.value).toMatchObject({ count: 1 });
    }
    stop();
  });

  it('has an instrument for each metric but the durations and waits of single commands', async () => {
    await using redis = await startProtectedRedis();
    const stats = { hits: 0, misses: 0, away: 0, loads: 0, loadErrors: 0, stale: 0, fallbacks: 0 };
    const stop = registerInstruments(redis.resilience, {
      meterProvider,
      caches: { products: { stats: () => ({ ...stats, loading: 0, queued: 0, localBytes: 0 }) } },
      outboxes: { views: { size: 0, bytes: 0 } },
    });
    const namesNow = async () => (await collect()).map(({ descriptor }) => descriptor.name);
    await redis.takeDown();
    await redis.resilience.execute((client) => client.get('key'), { fallback: () => null });
    const during = await namesNow();
    await redis.bringBack();
    const after = await namesNow();
    expect(new Set(after).size).toBe(after.length);
    const leftOut = ['command_duration', 'wait_duration', ...onlyOfSeveralDatabases].map(
      (name) => `redis_resilience.${name}`,
    );
    const expected = metricNames
      .filter((name) => !name.startsWith('redis_resilience_pool_'))
      .map(instrumentName)
      .filter((name) => !leftOut.includes(name));
    const ofPool = ['count', 'max', 'idle.min', 'pending_requests', 'oldest_use_time', 'timeouts'];
    expect([...new Set([...during, ...after])].toSorted()).toEqual(
      [...expected, ...ofPool.map((name) => `db.client.connection.${name}`)].toSorted(),
    );
    stop();
  });

  it('names the connections of the pool as the semantic conventions do', async () => {
    await using redis = await startProtectedRedis();
    const stop = registerInstruments(redis.resilience, { meterProvider });

    await redis.resilience.lease(async () => {
      const counts = (await collect()).find(
        ({ descriptor }) => descriptor.name === 'db.client.connection.count',
      );
      expect(counts?.dataPoints.map(({ attributes, value }) => ({ attributes, value }))).toContainEqual({
        attributes: {
          'db.client.connection.pool.name': redis.resilience.name,
          'db.client.connection.state': 'used',
        },
        value: 1,
      });
    });
    stop();
  });

  it('stops when told, and can begin again', async () => {
    await using redis = await startProtectedRedis();
    registerInstruments(redis.resilience, { meterProvider })();
    expect(await valuesOf('redis_resilience.up')).toEqual([]);
    expect(hasSubscribers('redis-resilience:command')).toBe(false);
    const stop = registerInstruments(redis.resilience, { meterProvider });
    expect(await valuesOf('redis_resilience.up')).toHaveLength(1);
    stop();
  });

  it('refuses a second registration and wrong options', async () => {
    await using redis = await startProtectedRedis();
    const stop = registerInstruments(redis.resilience, { meterProvider });
    expect(() => registerInstruments(redis.resilience, { meterProvider })).toThrow(
      /already has the instruments/,
    );
    stop();
    expect(() => registerInstruments(redis.resilience, { meterProvder: 1 } as object)).toThrow(
      /Did you mean meterProvider/,
    );
    expect(() => registerInstruments(redis.resilience, { meterProvider: {} as never })).toThrow(
      /must be a MeterProvider/,
    );
    expect(hasSubscribers('redis-resilience:command')).toBe(false);
  });
});

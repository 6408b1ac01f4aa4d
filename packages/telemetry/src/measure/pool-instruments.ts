import type { DurationTotals, PoolDetail } from '@redis-resilience/core';
import type { Point } from './counts.ts';
import { commandBounds, figuresOf } from './durations.ts';
import type { DurationInstrument, Instrument } from './instrument.ts';

/** The gauges and counters of the pool of connections that `lease` and `transaction` use. */
export const poolInstruments: readonly Instrument[] = [
  gauge(
    'connections',
    'Connections in the pool: idle, used, or pending while they are being created, checked or cleaned.',
    { openTelemetry: 'count', labels: ['state'] },
    ({ idle, active, pending }) => [
      { labels: { state: 'idle' }, value: idle },
      { labels: { state: 'used' }, value: active },
      { labels: { state: 'pending' }, value: pending },
    ],
  ),
  gauge(
    'max_connections',
    'Maximum number of connections in the pool.',
    { openTelemetry: 'max' },
    ({ max }) => valueOf(max),
  ),
  gauge(
    'min_connections',
    'Minimum number of connections that the pool keeps open while they are idle.',
    { openTelemetry: 'idle.min' },
    ({ min }) => valueOf(min),
  ),
  gauge(
    'waiting_leases',
    'Callers waiting for a connection from the pool.',
    { openTelemetry: 'pending_requests' },
    ({ waiting }) => valueOf(waiting),
  ),
  gauge(
    'oldest_lease_seconds',
    'Age of the oldest current lease; 0 if there is none.',
    { openTelemetry: 'oldest_use_time', unit: 's', merge: 'max' },
    ({ oldestLeaseMs = 0 }) => valueOf(oldestLeaseMs / 1000),
  ),
  {
    ...gauge(
      'refused_leases_total',
      'Leases that were rejected, immediately or after waiting.',
      { openTelemetry: 'timeouts' },
      ({ totals }) => valueOf(totals.refused),
    ),
    kind: 'counter',
  },
];

/** The histograms of the pool. */
export const poolDurations: readonly DurationInstrument[] = [
  durations('create', 'How long it took to create a connection.', ({ creates }) => creates),
  durations('wait', 'How long a lease waited for its connection.', ({ waits }) => waits),
  durations('use', 'How long a connection was leased.', ({ uses }) => uses),
];

interface GaugeOptions {
  /** The name in OpenTelemetry, without the prefix `db.client.connection.`. */
  readonly openTelemetry: string;
  readonly labels?: readonly string[];
  readonly unit?: string;
  readonly merge?: 'max';
}

function gauge(
  name: string,
  help: string,
  { openTelemetry, labels = [], unit = '1', merge }: GaugeOptions,
  read: (pool: PoolDetail) => readonly Point[],
): Instrument {
  return {
    name: `redis_resilience_pool_${name}`,
    openTelemetry: {
      name: `db.client.connection.${openTelemetry}`,
      attributes: { connection: 'db.client.connection.pool.name', state: 'db.client.connection.state' },
    },
    kind: 'gauge',
    help,
    unit,
    labels: ['connection', ...labels],
    ...(merge === undefined ? {} : { merge }),
    read: ({ connections }) =>
      connections.flatMap(({ resilience }) =>
        read(resilience.detail().pool).map((point) => ({
          ...point,
          labels: { connection: resilience.name, ...point.labels },
        })),
      ),
  };
}

function durations(
  name: string,
  help: string,
  read: (totals: PoolDetail['totals']) => DurationTotals,
): DurationInstrument {
  return {
    name: `redis_resilience_pool_${name}_duration_seconds`,
    help,
    labels: ['connection'],
    bounds: commandBounds,
    read: ({ connections }) =>
      connections.map(({ resilience }) => ({
        labels: { connection: resilience.name },
        durations: figuresOf(read(resilience.detail().pool.totals)),
      })),
  };
}

function valueOf(value: number): readonly Point[] {
  return [{ labels: {}, value }];
}

import type { Instrument } from './instrument.ts';
import type { CacheNumbers } from './sources.ts';

/**
 * The gauges and counters of caches and outboxes. The labels contain the names under which the caches and outboxes were
 * registered.
 */
export const fallbackInstruments: readonly Instrument[] = [
  ofCaches('counter', 'cache_lookups_total', 'Cache lookups, by the result in Redis.', 'result', (stats) => ({
    hit: stats.hits,
    miss: stats.misses,
    away: stats.away,
  })),
  ofCaches(
    'counter',
    'cache_loads_total',
    'Loads from the source of truth, by result.',
    'result',
    (stats) => ({
      loaded: stats.loads - stats.loadErrors,
      failed: stats.loadErrors,
      shed: stats.shed ?? 0,
    }),
  ),
  ofCaches(
    'counter',
    'cache_stand_ins_total',
    'Returned values that may be out of date, by kind: a stale copy or the fallback.',
    'kind',
    (stats) => ({
      stale: stats.stale,
      fallback: stats.fallbacks,
    }),
  ),
  ofCaches('gauge', 'cache_pending_loads', 'Loads that are running or queued.', 'state', (stats) => ({
    running: stats.loading,
    queued: stats.queued,
  })),
  {
    name: 'redis_resilience_cache_local_bytes',
    kind: 'gauge',
    help: 'Size of the copies that a cache keeps in this process.',
    unit: 'By',
    labels: ['cache'],
    read: ({ caches }) =>
      Object.entries(caches).map(([cache, source]) => ({
        labels: { cache },
        value: source.stats().localBytes,
      })),
  },
  {
    name: 'redis_resilience_outbox_entries',
    kind: 'gauge',
    help: 'Writes in an outbox that are waiting to be sent.',
    unit: '1',
    labels: ['outbox'],
    read: ({ outboxes }) =>
      Object.entries(outboxes).map(([outbox, { size }]) => ({ labels: { outbox }, value: size })),
  },
  {
    name: 'redis_resilience_outbox_bytes',
    kind: 'gauge',
    help: 'Size of the writes in an outbox that are waiting to be sent.',
    unit: 'By',
    labels: ['outbox'],
    read: ({ outboxes }) =>
      Object.entries(outboxes).map(([outbox, { bytes }]) => ({ labels: { outbox }, value: bytes })),
  },
];

function ofCaches(
  kind: Instrument['kind'],
  name: string,
  help: string,
  label: string,
  read: (stats: CacheNumbers) => Readonly<Record<string, number>>,
): Instrument {
  return {
    name: `redis_resilience_${name}`,
    kind,
    help,
    unit: '1',
    labels: ['cache', label],
    read: ({ caches }) =>
      Object.entries(caches).flatMap(([cache, source]) =>
        Object.entries(read(source.stats())).map(([value, count]) => ({
          labels: { cache, [label]: value },
          value: count,
        })),
      ),
  };
}

import {
  describeCause,
  type CauseCode,
  type RedisResilience,
  type RedisSnapshot,
} from '@redis-resilience/core';

/** Returns a frozen snapshot with status `up`, and with the changes that a test needs. */
export function snapshotOf(changes: Partial<RedisSnapshot> = {}): RedisSnapshot {
  return Object.freeze<RedisSnapshot>({
    name: 'default',
    status: 'up',
    reads: true,
    writes: true,
    connection: 'ready',
    circuit: { read: 'closed', write: 'closed' },
    cause: undefined,
    since: new Date('2026-01-01T00:00:00Z'),
    retryAfterMs: undefined,
    outages: 0,
    attempts: 1,
    ...changes,
  });
}

/** A snapshot of an outage. */
export function downSnapshot(
  changes: Partial<RedisSnapshot> = {},
  code: CauseCode = 'connection-refused',
): RedisSnapshot {
  const cause = { code, message: describeCause(code), at: new Date('2026-01-01T00:00:00Z') };
  const status = 'down';
  return snapshotOf({
    status,
    reads: false,
    writes: false,
    connection: 'reconnecting',
    cause,
    outages: 1,
    ...changes,
  });
}

/** The part of a resilience that health checks use. */
export function resilienceWith(snapshot: RedisSnapshot): Pick<RedisResilience, 'snapshot'> {
  return { snapshot: () => snapshot };
}

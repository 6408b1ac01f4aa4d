import { ConfigurationError } from '../errors.ts';
import type { RedisResilience } from '../redis-resilience.ts';

/** Returns the current connection of one `redisGuard()`. */
export type GuardedConnection = () => RedisResilience;

const guarded = new Set<GuardedConnection>();

/**
 * Registers a guard's connection, so that health endpoints and error handlers that are mounted before the guard use the
 * same connection. Registered connections that have been closed are removed on this occasion.
 */
export function noteGuarded(connection: GuardedConnection): void {
  for (const each of guarded) if (hasEnded(each())) guarded.delete(each);
  guarded.add(connection);
}

/** Returns the connections of all guards in this process. Closed connections are left out, unless all are closed. */
export function guardedConnections(): readonly RedisResilience[] {
  const all = [...new Set(Array.from(guarded, (connection) => connection()))];
  const open = all.filter((resilience) => !hasEnded(resilience));
  return open.length > 0 ? open : all;
}

/**
 * Returns the connection if the list contains exactly one.
 *
 * @throws {@link ConfigurationError} if there is not exactly one
 */
export function onlyConnection(caller: string, connections: readonly RedisResilience[]): RedisResilience {
  const [first, ...others] = connections;
  if (first !== undefined && others.length === 0) return first;
  throw new ConfigurationError(
    `${caller}() is mounted before the guard, and there are several guards. Mount it after its redisGuard(), or ` +
      'pass the connection: { resilience }.',
  );
}

function hasEnded(resilience: RedisResilience): boolean {
  return resilience.snapshot().connection === 'ended';
}

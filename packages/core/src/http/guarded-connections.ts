import { ConfigurationError } from '../errors.ts';
import type { RedisResilience } from '../redis-resilience.ts';

/** Returns the present connection of one `redisGuard()`. */
export type GuardedConnection = () => RedisResilience;

const guarded = new Set<GuardedConnection>();

/**
 * Registers the connection of a guard, so that health endpoints and refusals that are mounted before the guard use the
 * same one. Closed connections are forgotten when another one is registered.
 */
export function noteGuarded(connection: GuardedConnection): void {
  for (const each of guarded) if (hasEnded(each())) guarded.delete(each);
  guarded.add(connection);
}

/** The connections of all guards of this process; closed ones only if there is no other. */
export function guardedConnections(): readonly RedisResilience[] {
  const all = [...new Set(Array.from(guarded, (connection) => connection()))];
  const open = all.filter((resilience) => !hasEnded(resilience));
  return open.length > 0 ? open : all;
}

/**
 * The only one of these connections.
 *
 * @throws {@link ConfigurationError} when there is more than one
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

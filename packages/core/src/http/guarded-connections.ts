import { ConfigurationError } from '../errors.ts';
import type { RedisResilience } from '../redis-resilience.ts';

/** Gives the connection of one `redisGuard()`, as it is now. */
export type GuardedConnection = () => RedisResilience;

const guarded = new Set<GuardedConnection>();

/**
 * Notes the connection of a guard, so that health endpoints and refusals that stand before it look at the same one. A
 * connection that was closed is forgotten when another one is noted.
 */
export function noteGuarded(connection: GuardedConnection): void {
  for (const each of guarded) if (hasEnded(each())) guarded.delete(each);
  guarded.add(connection);
}

/** The connections of all guards of this process; those that are closed only where no other is left. */
export function guardedConnections(): readonly RedisResilience[] {
  const all = [...new Set(Array.from(guarded, (connection) => connection()))];
  const open = all.filter((resilience) => !hasEnded(resilience));
  return open.length > 0 ? open : all;
}

/**
 * The one of these connections.
 *
 * @throws {@link ConfigurationError} when there are several
 */
export function onlyConnection(caller: string, connections: readonly RedisResilience[]): RedisResilience {
  const [first, ...others] = connections;
  if (first !== undefined && others.length === 0) return first;
  throw new ConfigurationError(
    `${caller}() stands before the guard, and there are several. Mount it after redisGuard(), or name the ` +
      'connection: { resilience }.',
  );
}

function hasEnded(resilience: RedisResilience): boolean {
  return resilience.snapshot().connection === 'ended';
}

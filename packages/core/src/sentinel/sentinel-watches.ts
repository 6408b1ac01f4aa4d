import type { Credentials } from '../redis-resilience.ts';
import type { Promotions } from './promotions.ts';
import { SentinelWatch, type SentinelWatchOptions } from './sentinel-watch.ts';

/**
 * The watches of each group of sentinels, keyed by the {@link Promotions} that the clients of one `RedisResilience`
 * share for the group.
 */
const known = new WeakMap<Promotions, SentinelWatch[]>();

/**
 * Returns the watch of these sentinels, which is shared by all clients of a `RedisResilience` that log in to the
 * sentinels with the same credentials.
 */
export function sentinelWatchOf(promotions: Promotions, options: SentinelWatchOptions): SentinelWatch {
  const watches = known.get(promotions) ?? [];
  known.set(promotions, watches);
  const shared = watches.find(({ credentials }) => isSameLogin(credentials, options.credentials));
  if (shared !== undefined) return shared;
  const watch = new SentinelWatch(options);
  watches.push(watch);
  return watch;
}

function isSameLogin(one: Credentials | undefined, other: Credentials | undefined): boolean {
  return one?.username === other?.username && one?.password === other?.password;
}

import type { Cluster, Redis } from 'ioredis';
import type { Clock, RedisResilience } from '@redis-resilience/core';
import { isAway } from '@redis-resilience/core/kit';

/**
 * Maximum time by which the server's clock may be behind this process's clock. Entries older than that certainly
 * predate an outage.
 */
const skewMs = 2000;

/** Whether a call asks for the entries that are added to one stream after the call: `XREAD ... STREAMS key $`. */
export function readsNewest(name: PropertyKey, args: readonly unknown[]): boolean {
  return name === 'xread' && args.at(-1) === '$' && args.indexOf('$') === args.length - 1;
}

/**
 * Returns an id with which to replace `$`. If `$` were resent after an outage, entries that were added in the meantime
 * would be missed. The id is that of the last entry or, while Redis is unavailable and nothing can be added, one for
 * the current time.
 */
export async function newestId(
  args: readonly unknown[],
  client: Redis | Cluster,
  resilience: RedisResilience,
  clock: Clock,
): Promise<string> {
  const now = timeId(clock);
  return resilience.snapshot().reads ? await lastId(client, args, now) : now;
}

/** Returns the id that an entry would get if it were added now. */
export function timeId(clock: Clock): string {
  return String(clock.wallNow() - skewMs);
}

async function lastId(client: Redis | Cluster, args: readonly unknown[], now: string): Promise<string> {
  try {
    const [last] = await client.xrevrange(args.at(-2) as string, '+', '-', 'COUNT', 1);
    return last?.[0] ?? '0-0';
  } catch (error) {
    return isAway(error) ? now : '$';
  }
}

import type { Cluster, Redis } from 'ioredis';
import type { Clock, RedisResilience } from '@redis-resilience/core';
import { isAway } from '@redis-resilience/core/kit';

/** Maximum time by which the server's clock may be behind. Older entries predate an outage. */
const skewMs = 2000;

/** Whether a call asks for the entries that are added to one stream after it: `XREAD ... STREAMS key $`. */
export function readsNewest(name: PropertyKey, args: readonly unknown[]): boolean {
  return name === 'xread' && args.at(-1) === '$' && args.indexOf('$') === args.length - 1;
}

/**
 * Returns the id after which the newest entries follow. If `$` were resent after an outage, entries added in the
 * meantime would be lost; so `$` becomes the id of the last entry or, while Redis is unavailable and nothing can be
 * added, the current time.
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

/** The id that an entry added now would have. */
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

import type { Cluster, Redis } from 'ioredis';
import type { Clock, RedisResilience } from '@redis-resilience/core';
import { isAway } from '@redis-resilience/core/kit';

/** How far the clock of the server may be behind. Older entries are from before an outage. */
const skewMs = 2000;

/** Whether a call asks for what comes to one stream after it: `XREAD ... STREAMS key $`. */
export function readsNewest(name: PropertyKey, args: readonly unknown[]): boolean {
  return name === 'xread' && args.at(-1) === '$' && args.indexOf('$') === args.length - 1;
}

/**
 * The id after which the newest entries come. What comes to the stream while `$` is on its way again, after an outage,
 * would be lost; so `$` becomes the id of the last entry, or the present time while Redis is away and nothing can come.
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

/** The id of an entry that would come now. */
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

import type { Cluster, Redis } from 'ioredis';
import type { Clock, RedisResilience } from '@redis-resilience/core';
import { isAway } from '@redis-resilience/core/kit';

/**
 * How far the server's clock may be behind this process's clock. The server makes the ids of stream entries from its
 * own clock, so only an id that is at least `skewMs` older than this process's clock is surely lower than the id of
 * every future entry.
 */
const skewMs = 2000;

/** Whether a call asks for the entries that are added to one stream after the call: `XREAD ... STREAMS key $`. */
export function readsNewest(name: PropertyKey, args: readonly unknown[]): boolean {
  return name === 'xread' && args.at(-1) === '$' && args.indexOf('$') === args.length - 1;
}

/**
 * Returns the stream id with which to replace `$`. Redis replaces `$` by the last entry's id when the call arrives, so
 * if `$` were resent after an outage, the read would miss the entries that were added in the meantime. The returned id
 * is that of the stream's last entry or, while Redis is unavailable, one made from the current time.
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

/** Returns an id that is lower than that of any entry that is added from now on. */
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

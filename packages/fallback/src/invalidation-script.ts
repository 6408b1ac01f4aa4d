import type { Cluster, Redis } from 'ioredis';
import { Script } from './script.ts';

// Replaces the entry of a cache by the mark of an invalidation, unless the key holds the mark of a later one: an
// invalidation that was kept during an outage, or delayed on its way, must not take its place.
const script = new Script(`
local head = redis.pcall('GETRANGE', KEYS[1], 0, 127)
local known = type(head) == 'string' and string.match(head, '^rr1i(%d+);')
if known and tonumber(known) > tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], ARGV[3], ARGV[4])
return 1
`);

/** Command of an outbox for the invalidation of a cache: its arguments are a key, a mark, its version and its end. */
export const invalidationCommand = 'cache.invalidate';

/** How long Redis keeps a mark: for some milliseconds, or until a time since the epoch (from Redis 6.2 on). */
export type MarkExpiry = readonly ['PX' | 'PXAT', ms: number | string];

/** Stores the mark of an invalidation in Redis, unless there is a later one. May be repeated. */
export async function storeMark(
  client: Redis | Cluster,
  key: string | Buffer,
  mark: string | Buffer,
  version: number | string,
  expiry: MarkExpiry,
): Promise<void> {
  await script.run(client, key, mark, version, ...expiry);
}

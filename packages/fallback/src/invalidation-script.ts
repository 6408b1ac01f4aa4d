import type { Cluster, Redis } from 'ioredis';
import { Script } from './script.ts';

// Replaces a cache entry with a mark that says when the key was invalidated. If the key already holds the mark of a
// later invalidation, nothing changes: an earlier invalidation may arrive late, because it was kept during an outage or
// delayed in the network.
const script = new Script(`
local head = redis.pcall('GETRANGE', KEYS[1], 0, 127)
local known = type(head) == 'string' and string.match(head, '^rr1i(%d+);')
if known and tonumber(known) > tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], ARGV[3], ARGV[4])
return 1
`);

/**
 * The command name under which an outbox stores the invalidation of a cache key. Redis itself has no command of this
 * name. The arguments are the key, the mark (the entry that says when the key was invalidated), the mark's version, and
 * the time when the mark expires, in milliseconds since the epoch.
 */
export const invalidationCommand = 'cache.invalidate';

/**
 * How long Redis keeps the mark of an invalidation: with `PX`, for `ms` milliseconds; with `PXAT`, which needs Redis
 * 6.2, until the time `ms`, in milliseconds since the epoch.
 */
export type MarkExpiry = readonly ['PX' | 'PXAT', ms: number | string];

/**
 * Stores the mark of an invalidation under the key, in place of the cache entry, unless the key holds the mark of a
 * later invalidation. Calling `storeMark` twice with the same mark has the same effect as calling it once.
 */
export async function storeMark(
  client: Redis | Cluster,
  key: string | Buffer,
  mark: string | Buffer,
  version: number | string,
  expiry: MarkExpiry,
): Promise<void> {
  await script.run(client, key, mark, version, ...expiry);
}

import type { Clock, RedisResilience } from '@redis-resilience/core';
import { tooLate, withinDeadline } from '@redis-resilience/core/kit';
import { readsAvailable } from '../availability.ts';
import { storeMark } from '../invalidation-script.ts';
import { RecentTimeout } from '../recent-timeout.ts';
import { Script } from '../script.ts';
import { decodeEntry, encodeEntry, type CacheEntry } from './entry.ts';

// Writes an entry, unless the key holds a newer entry, or an invalidation that was made after the entry's load began.
// If another process made the invalidation, the entry must be newer by more than `clockSkewMs`, because the clocks of
// the two processes may differ that much.
const writeScript = new Script(`
local head = redis.pcall('GETRANGE', KEYS[1], 0, 127)
if type(head) == 'string' then
  local kind, at, writer = string.match(head, '^rr1(%a)(%d+);([%w-]+);')
  if kind then
    local known, own = tonumber(at), tonumber(ARGV[2])
    if kind == 'i' then
      local margin = 0
      if writer ~= ARGV[3] then margin = tonumber(ARGV[5]) end
      if own <= known + margin then return 0 end
    elseif known > own then
      return 0
    end
  end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[4])
return 1
`);

/** Settings of {@link RedisEntries}. */
export interface RedisEntriesSettings {
  readonly clock: Clock;
  readonly prefix: string;
  readonly redisTimeoutMs: number;
  readonly clockSkewMs: number;
}

/** The entries in Redis. Each call settles within `redisTimeoutMs`, and rejects while Redis is unavailable. */
export class RedisEntries {
  readonly #resilience: RedisResilience;
  readonly #settings: RedisEntriesSettings;
  readonly #recentTimeout: RecentTimeout;

  constructor(resilience: RedisResilience, settings: RedisEntriesSettings) {
    this.#resilience = resilience;
    this.#settings = settings;
    this.#recentTimeout = new RecentTimeout(settings.clock);
  }

  get available(): boolean {
    return readsAvailable(this.#resilience);
  }

  read(key: string): Promise<Buffer | null> {
    return this.#bounded(() => this.#resilience.client.getBuffer(this.#settings.prefix + key));
  }

  /**
   * Writes an entry. Returns false if Redis rejected the entry, because the key holds a newer entry or was invalidated
   * after the load of the rejected entry began.
   */
  async write(key: string, entry: CacheEntry, keepMs: number): Promise<boolean> {
    const { prefix, clockSkewMs } = this.#settings;
    const reply = await this.#bounded(() =>
      writeScript.run(
        this.#resilience.client,
        prefix + key,
        encodeEntry(entry),
        entry.at,
        entry.writer,
        Math.max(1, Math.ceil(keepMs)),
        clockSkewMs,
      ),
    );
    return reply === 1;
  }

  /** Replaces the key's entry with an invalidation, unless the key holds a later invalidation. */
  async invalidate(key: string, invalidation: CacheEntry, keepMs: number): Promise<void> {
    const name = this.#settings.prefix + key;
    const ttlMs = Math.max(1, Math.ceil(keepMs));
    const mark = encodeEntry(invalidation);
    await this.#bounded(() => storeMark(this.#resilience.client, name, mark, invalidation.at, ['PX', ttlMs]));
  }

  /** Returns the versions of the entries under these keys; undefined for a key that holds no cache entry. */
  async versions(keys: readonly string[]): Promise<(number | undefined)[]> {
    const heads = await this.#bounded(() => Promise.all(keys.map((key) => this.#headOf(key))));
    return heads.map((head) => decodeEntry(head)?.at);
  }

  async #headOf(key: string): Promise<Buffer> {
    try {
      return await this.#resilience.client.getrangeBuffer(this.#settings.prefix + key, 0, 127);
    } catch (error) {
      // A key of another type, for example a list, has no version.
      if (error instanceof Error && error.message.startsWith('WRONGTYPE')) return Buffer.alloc(0);
      throw error;
    }
  }

  async #bounded<T>(ask: () => Promise<T>): Promise<T> {
    const { clock, redisTimeoutMs } = this.#settings;
    const late = (): Error => tooLate('Redis', redisTimeoutMs);
    if (this.#recentTimeout.isRecent) throw late();
    const answer = await withinDeadline(clock, redisTimeoutMs, ask(), () => {
      this.#recentTimeout.record();
      return late();
    });
    this.#recentTimeout.clear();
    return answer;
  }
}

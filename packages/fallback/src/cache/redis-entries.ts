import type { Clock, RedisResilience } from '@redis-resilience/core';
import { tooLate, withinDeadline } from '@redis-resilience/core/kit';
import { mayRead } from '../may-use.ts';
import { Script } from '../script.ts';
import { Suspicion } from '../suspicion.ts';
import { decodeEntry, encodeEntry, type CacheEntry } from './entry.ts';

// Writes an entry unless what stands there is newer, or is an invalidation that covers it. Clocks of different
// processes may differ: towards another writer's invalidation an entry must be newer by a margin.
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

/** What a {@link RedisEntries} needs to know. */
export interface RedisEntriesSettings {
  readonly clock: Clock;
  readonly redisTimeoutMs: number;
  readonly clockSkewMs: number;
}

/** The entries in Redis. Each call is bounded; each rejects when Redis is away. */
export class RedisEntries {
  readonly #resilience: RedisResilience;
  readonly #settings: RedisEntriesSettings;
  readonly #suspicion: Suspicion;

  constructor(resilience: RedisResilience, settings: RedisEntriesSettings) {
    this.#resilience = resilience;
    this.#settings = settings;
    this.#suspicion = new Suspicion(settings.clock);
  }

  /** Whether asking is of any use right now. */
  get answers(): boolean {
    return mayRead(this.#resilience);
  }

  read(key: string): Promise<Buffer | null> {
    return this.#bounded(() => this.#resilience.client.getBuffer(key));
  }

  /** Gives false when something newer stands there, or the key was invalidated since. */
  async write(key: string, entry: CacheEntry, keepMs: number): Promise<boolean> {
    const { client } = this.#resilience;
    const reply = await this.#bounded(() =>
      writeScript.run(
        client,
        key,
        encodeEntry(entry),
        entry.at,
        entry.writer,
        Math.max(1, Math.ceil(keepMs)),
        this.#settings.clockSkewMs,
      ),
    );
    return reply === 1;
  }

  /** Puts an invalidation in the place of whatever stands there. */
  async invalidate(key: string, tombstone: CacheEntry, keepMs: number): Promise<void> {
    const { client } = this.#resilience;
    await this.#bounded(() => client.set(key, encodeEntry(tombstone), 'PX', Math.max(1, Math.ceil(keepMs))));
  }

  /** The versions that stand under these keys; undefined where nothing of ours does. */
  async versions(keys: readonly string[]): Promise<(number | undefined)[]> {
    const heads = await this.#bounded(() =>
      Promise.all(keys.map((key) => this.#resilience.client.getrangeBuffer(key, 0, 127).catch(noEntry))),
    );
    return heads.map((head) => decodeEntry(head)?.at);
  }

  async #bounded<T>(ask: () => Promise<T>): Promise<T> {
    const { clock, redisTimeoutMs } = this.#settings;
    const late = (): Error => tooLate('Redis', redisTimeoutMs);
    if (this.#suspicion.isOn) throw late();
    const answer = await withinDeadline(clock, redisTimeoutMs, ask(), () => {
      this.#suspicion.begin();
      return late();
    });
    this.#suspicion.end();
    return answer;
  }
}

// A key that holds something else, a list perhaps, has no version of ours.
function noEntry(error: unknown): Buffer {
  if (error instanceof Error && error.message.startsWith('WRONGTYPE')) return Buffer.alloc(0);
  throw error;
}

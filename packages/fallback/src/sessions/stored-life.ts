import type { RedisResilience } from '@redis-resilience/core';

/**
 * Reads how long sessions will still live in Redis: the ttl of their keys, which may be shorter than the expiry of the
 * cookie.
 */
export class StoredLife {
  readonly #resilience: RedisResilience;
  readonly #prefix: string;
  #isForbidden = false;

  constructor(resilience: RedisResilience, prefix: string) {
    this.#resilience = resilience;
    this.#prefix = prefix;
  }

  /**
   * Returns the ttl of the session's key in milliseconds. Returns undefined if the key does not exist, has no ttl or
   * cannot be read. Never rejects.
   */
  async leftMs(sid: string): Promise<number | undefined> {
    if (this.#isForbidden) return undefined;
    try {
      const leftMs = await this.#resilience.client.pttl(this.#prefix + sid);
      return leftMs >= 0 ? leftMs : undefined;
    } catch (error) {
      this.#isForbidden = error instanceof Error && error.message.startsWith('NOPERM');
      return undefined;
    }
  }
}

import type { RedisResilience } from '@redis-resilience/core';

/** Reads how long sessions live in Redis: the ttl of their keys, which a store may set shorter than the cookie says. */
export class StoredLife {
  readonly #resilience: RedisResilience;
  readonly #prefix: string;
  #isForbidden = false;

  constructor(resilience: RedisResilience, prefix: string) {
    this.#resilience = resilience;
    this.#prefix = prefix;
  }

  /**
   * Returns undefined if Redis does not say: the key has no ttl, has another name, or may not be queried. Never
   * rejects.
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

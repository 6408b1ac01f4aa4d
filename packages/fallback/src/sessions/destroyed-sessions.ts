import type { Redis } from 'ioredis';
import type { RedisResilience } from '@redis-resilience/core';
import { untilChange } from '@redis-resilience/core/kit';
import { LRUCache } from 'lru-cache';
import type { SessionCopies } from './session-copies.ts';
import type { SessionSettings } from './session-options.ts';

const maxRemembered = 50_000;

/**
 * Remembers destroyed sessions, so that no session is stored again from a copy. This instance remembers each destroyed
 * session in memory, marks it in Redis, and notifies the other instances immediately.
 */
export class DestroyedSessions {
  readonly #resilience: RedisResilience;
  readonly #settings: SessionSettings;
  readonly #known = new LRUCache<string, true>({ max: maxRemembered });
  readonly #own = new LRUCache<string, true>({ max: maxRemembered });
  readonly #subscriber: Redis | undefined;
  readonly #closing = new AbortController();

  constructor(resilience: RedisResilience, settings: SessionSettings, copies: SessionCopies) {
    this.#resilience = resilience;
    this.#settings = settings;
    if (!settings.listen) return;
    const subscriber = (resilience.client as Redis).duplicate();
    this.#subscriber = subscriber;
    subscriber.on('error', ignore);
    subscriber.on('message', (channel: string, sid: string) => {
      if (channel !== this.#channel) return;
      this.#known.set(sid, true);
      copies.drop(sid);
    });
    this.#subscribe(subscriber).catch(ignore);
  }

  /** Whether this instance knows that the session was destroyed. */
  has(sid: string): boolean {
    return this.#known.has(sid);
  }

  /** Makes this instance stop serving and storing the session. */
  add(sid: string): void {
    this.#known.set(sid, true);
    this.#own.set(sid, true);
  }

  /** Returns the ids of sessions that were destroyed on this instance, the latest first. */
  own(): readonly string[] {
    return [...this.#own.keys()];
  }

  /** Returns the ids of all destroyed sessions that this instance knows of, the latest first. */
  all(): readonly string[] {
    return [...this.#known.keys()];
  }

  /**
   * Marks the session as destroyed in Redis, for as long as it could have lived, and at least for
   * `rememberDestroyedMs`. `mark` must be called before the session is removed from the store.
   */
  async mark(sid: string, leftMs: number): Promise<void> {
    const ms = Math.ceil(Math.max(leftMs, this.#settings.rememberDestroyedMs));
    await this.#resilience.client.set(this.#key(sid), '1', 'PX', ms);
  }

  /**
   * Notifies the other instances that the session is destroyed. An instance that misses the message finds the session's
   * mark in Redis with {@link areMarked}.
   */
  announce(sid: string): void {
    this.#resilience.client.publish(this.#channel, sid).catch(ignore);
  }

  /** Asks Redis which of these sessions are marked as destroyed, and remembers those that are. */
  async areMarked(sids: readonly string[]): Promise<readonly boolean[]> {
    const { client } = this.#resilience;
    const answers = await Promise.all(sids.map((sid) => client.exists(this.#key(sid))));
    return answers.map((answer, index) => {
      if (answer === 0) return false;
      this.#known.set(sids[index] as string, true);
      return true;
    });
  }

  close(): void {
    this.#closing.abort();
    this.#subscriber?.disconnect();
  }

  // Subscribes to the channel on which instances announce destroyed sessions, and retries while Redis is unavailable.
  // After the first success, core restores the subscription whenever the connection is lost.
  async #subscribe(subscriber: Redis): Promise<void> {
    const { signal } = this.#closing;
    for (;;) {
      try {
        await subscriber.subscribe(this.#channel);
        return;
      } catch {
        const { clock } = this.#settings;
        const back = await untilChange(this.#resilience, clock, ({ reads }) => reads, { signal });
        if (back === undefined) return;
      }
    }
  }

  get #channel(): string {
    return `destroyed:${this.#settings.prefix}`;
  }

  // The key that marks a destroyed session does not begin with the prefix: otherwise, the store would list that key as
  // a session.
  #key(sid: string): string {
    return `destroyed:${this.#settings.prefix}${sid}`;
  }
}

function ignore(): void {
  // Nothing to do: the connection's own events report outages.
}

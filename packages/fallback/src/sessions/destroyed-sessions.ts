import type { Redis } from 'ioredis';
import type { RedisResilience } from '@redis-resilience/core';
import { untilChange } from '@redis-resilience/core/kit';
import { LRUCache } from 'lru-cache';
import type { SessionSettings } from './session-options.ts';

const maxRemembered = 50_000;

/**
 * Remembers destroyed sessions: here, and in Redis for the other instances, which also hear of each at once. What is
 * remembered is never stored again, whoever still holds a copy of it.
 */
export class DestroyedSessions {
  readonly #resilience: RedisResilience;
  readonly #settings: SessionSettings;
  readonly #known = new LRUCache<string, true>({ max: maxRemembered });
  readonly #own = new LRUCache<string, true>({ max: maxRemembered });
  readonly #subscriber: Redis | undefined;
  readonly #closing = new AbortController();

  constructor(resilience: RedisResilience, settings: SessionSettings, onHeard: (sid: string) => void) {
    this.#resilience = resilience;
    this.#settings = settings;
    if (!settings.listen) return;
    const subscriber = (resilience.client as Redis).duplicate();
    this.#subscriber = subscriber;
    subscriber.on('error', ignore);
    subscriber.on('message', (channel: string, sid: string) => {
      if (channel !== this.#channel) return;
      this.#known.set(sid, true);
      onHeard(sid);
    });
    this.#subscribe(subscriber).catch(ignore);
  }

  /** Whether this instance knows that the session was destroyed. */
  has(sid: string): boolean {
    return this.#known.has(sid);
  }

  /** From now on the session is not answered or stored by this instance. */
  record(sid: string): void {
    this.#known.set(sid, true);
    this.#own.set(sid, true);
  }

  /** Those destroyed on this instance, the latest first. */
  own(): readonly string[] {
    return [...this.#own.keys()];
  }

  /** Writes it down in Redis. To be done before the session itself is removed there. */
  async note(sid: string): Promise<void> {
    await this.#resilience.client.set(this.#key(sid), '1', 'PX', this.#settings.rememberDestroyedMs);
  }

  /** Tells the other instances. A lost message is made good when they ask {@link areNoted}. */
  announce(sid: string): void {
    this.#resilience.client.publish(this.#channel, sid).catch(ignore);
  }

  /** Asks Redis which of these were destroyed, on whatever instance, and remembers them. */
  async areNoted(sids: readonly string[]): Promise<readonly boolean[]> {
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

  // The first attempt may fail while Redis is away; once it worked, the connection keeps the subscription itself.
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

  // Not below the prefix, where the store would take it for a session.
  #key(sid: string): string {
    return `destroyed:${this.#settings.prefix}${sid}`;
  }
}

function ignore(): void {
  // The resilience tells of outages.
}

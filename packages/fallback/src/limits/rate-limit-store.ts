import type { Clock, RedisResilience } from '@redis-resilience/core';
import {
  checkArgument,
  checkOptions,
  clockOf,
  durationOf,
  objectWith,
  oneOf,
  resilienceOf,
  sourcesOf,
} from '@redis-resilience/core/kit';
import { askLimiter, limiterTimeoutMs } from './ask-limiter.ts';
import { LocalWindows } from './local-windows.ts';
import { uncountedError } from './uncounted-error.ts';

/** An express-rate-limit store. */
export interface RateLimitStore {
  init?(options: { readonly windowMs: number }): unknown;
  increment(key: string): unknown;
  decrement(key: string): unknown;
  resetKey(key: string): unknown;
  get?(key: string): unknown;
}

/** Options of {@link resilientRateLimitStore}. */
export interface RateLimitStoreOptions {
  /**
   * While Redis is unavailable, `open` allows every request, `closed` responds with 503, and `local` counts in this
   * process, beginning with the last count that Redis returned. Default `local`.
   */
  readonly whenAway?: 'open' | 'closed' | 'local';
  /** How long a request waits for the count. Default 200 ms. */
  readonly timeoutMs?: number;
  /** Source of time, for tests. Default: that of the RedisResilience. */
  readonly clock?: Clock;
}

interface Hits {
  readonly totalHits: number;
  readonly resetTime: Date | undefined;
}

/**
 * Wraps an express-rate-limit store, for example rate-limit-redis, so that no request waits longer than `timeoutMs` for
 * Redis. A store that was created while Redis was unavailable works as soon as Redis is back.
 *
 * @throws {@link ConfigurationError} when an option is unknown or invalid
 * @example
 * const store = new RedisStore({ sendCommand: sendCommandOf(resilience) });
 * app.use(rateLimit({ windowMs: 60_000, limit: 100, store: resilientRateLimitStore(store, resilience) }));
 */
export function resilientRateLimitStore(
  store: RateLimitStore,
  resilience: RedisResilience,
  options: RateLimitStoreOptions = {},
): ResilientRateLimitStore {
  checkArgument('resilientRateLimitStore.store', store, objectWith('increment', 'decrement', 'resetKey'));
  checkArgument('resilientRateLimitStore.resilience', resilience, resilienceOf);
  checkOptions<RateLimitStoreOptions>('resilientRateLimitStore', options, {
    whenAway: oneOf('open', 'closed', 'local'),
    timeoutMs: durationOf(1),
    clock: clockOf,
  });
  return new ResilientRateLimitStore(store, resilience, options);
}

/** An express-rate-limit store that keeps working while Redis is unavailable. */
export class ResilientRateLimitStore {
  readonly localKeys = false;
  readonly #store: RateLimitStore;
  readonly #resilience: RedisResilience;
  readonly #whenAway: NonNullable<RateLimitStoreOptions['whenAway']>;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #local: LocalWindows;
  #initOptions: { readonly windowMs: number } = { windowMs: 60_000 };
  #ready: Promise<unknown> | undefined;

  constructor(store: RateLimitStore, resilience: RedisResilience, options: RateLimitStoreOptions) {
    this.#store = store;
    this.#resilience = resilience;
    this.#whenAway = options.whenAway ?? 'local';
    this.#timeoutMs = options.timeoutMs ?? limiterTimeoutMs;
    this.#clock = options.clock ?? sourcesOf(resilience).clock;
    this.#local = new LocalWindows(this.#clock);
  }

  init(options: { readonly windowMs: number }): void {
    this.#initOptions = options;
    this.#initStore().catch(ignore);
  }

  async increment(key: string): Promise<Hits> {
    const asked = await this.#ask(async () => (await this.#store.increment(key)) as Hits);
    if (!asked.isAway) {
      this.#adopt(key, asked.answer);
      return asked.answer;
    }
    if (this.#whenAway === 'closed') throw uncountedError(this.#resilience);
    if (this.#whenAway === 'local') return this.#local.increment(key, this.#initOptions.windowMs);
    return { totalHits: 1, resetTime: undefined };
  }

  async decrement(key: string): Promise<void> {
    this.#local.decrement(key);
    await this.#ask(async () => this.#store.decrement(key));
  }

  async resetKey(key: string): Promise<void> {
    this.#local.reset(key);
    await this.#ask(async () => this.#store.resetKey(key));
  }

  async get(key: string): Promise<Hits | undefined> {
    const asked = await this.#ask(async () => (await this.#store.get?.(key)) as Hits | undefined);
    return asked.isAway ? undefined : asked.answer;
  }

  // Copies the count from Redis into this process, because a client that has reached its limit must stay limited when
  // Redis becomes unavailable.
  #adopt(key: string, { totalHits, resetTime }: Hits): void {
    if (this.#whenAway === 'local' && resetTime !== undefined) {
      this.#local.adopt(key, totalHits, resetTime.getTime());
    }
  }

  #ask<T>(ask: () => Promise<T>) {
    return askLimiter(this.#resilience, this.#clock, this.#timeoutMs, async () => {
      await this.#initStore();
      return ask();
    });
  }

  // A store whose `init` failed to load its scripts never loads them again on its own, so `init` is called until it
  // succeeds.
  #initStore(): Promise<unknown> {
    this.#ready ??= Promise.resolve(this.#store.init?.(this.#initOptions)).catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }
}

function ignore(): void {
  // Nothing to do: the first request calls `init` again.
}

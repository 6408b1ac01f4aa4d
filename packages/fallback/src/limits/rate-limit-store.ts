import { systemClock, type Clock, type RedisResilience } from '@redis-resilience/core';
import {
  checkArgument,
  checkOptions,
  clockOf,
  durationOf,
  objectWith,
  oneOf,
  resilienceOf,
} from '@redis-resilience/core/kit';
import { askLimiter, failedClosed, limiterTimeoutMs, type WhenAway } from './limit-options.ts';
import { LocalWindows } from './local-windows.ts';

/** What express-rate-limit asks of a store. */
export interface RateLimitStore {
  init?(options: { readonly windowMs: number }): unknown;
  increment(key: string): unknown;
  decrement(key: string): unknown;
  resetKey(key: string): unknown;
  get?(key: string): unknown;
}

/** Options of {@link resilientRateLimitStore}. */
export interface RateLimitStoreOptions {
  /** `open`: everybody passes. `closed`: 503. `local`: this instance counts on alone, from what Redis told it last. Default `local`. */
  readonly whenAway?: WhenAway;
  /** How long a request waits for the count, in milliseconds. Default 200. */
  readonly timeoutMs?: number;
  readonly clock?: Clock;
}

interface Hits {
  readonly totalHits: number;
  readonly resetTime: Date | undefined;
}

/**
 * Wraps a store of express-rate-limit, rate-limit-redis for one: no request waits for Redis longer than it was told to,
 * and a store that was made while Redis was away works once it is there.
 *
 * @throws {@link ConfigurationError} when an option is unknown or wrong
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

/** A store of express-rate-limit that outlives an outage. */
export class ResilientRateLimitStore {
  readonly localKeys = false;
  readonly #store: RateLimitStore;
  readonly #resilience: RedisResilience;
  readonly #whenAway: WhenAway;
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
    this.#clock = options.clock ?? systemClock;
    this.#local = new LocalWindows(this.#clock);
  }

  init(options: { readonly windowMs: number }): void {
    this.#initOptions = options;
    this.#initStore().catch(ignore);
  }

  async increment(key: string): Promise<Hits> {
    const asked = await this.#ask(async () => (await this.#store.increment(key)) as Hits);
    if (!asked.isAway) {
      this.#note(key, asked.answer);
      return asked.answer;
    }
    if (this.#whenAway === 'closed') throw failedClosed(this.#resilience);
    if (this.#whenAway === 'local') return this.#local.hit(key, this.#initOptions.windowMs);
    return { totalHits: 1, resetTime: undefined };
  }

  async decrement(key: string): Promise<void> {
    this.#local.unhit(key);
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

  // Whoever used up his limit has used it up when Redis goes away, too.
  #note(key: string, { totalHits, resetTime }: Hits): void {
    if (this.#whenAway === 'local' && resetTime !== undefined) {
      this.#local.note(key, totalHits, resetTime.getTime());
    }
  }

  #ask<T>(ask: () => Promise<T>) {
    return askLimiter(
      this.#resilience,
      this.#timeoutMs,
      async () => {
        await this.#initStore();
        return ask();
      },
      this.#clock,
    );
  }

  // A store that could not load its scripts stays without them: it is initialised until that worked.
  #initStore(): Promise<unknown> {
    this.#ready ??= Promise.resolve(this.#store.init?.(this.#initOptions)).catch((error: unknown) => {
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }
}

function ignore(): void {
  // The first request asks again.
}

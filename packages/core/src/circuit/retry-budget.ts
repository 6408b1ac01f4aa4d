import type { Clock } from '../clock.ts';

const retryPrice = 5;
const freeRetries = 3;
const freeWithinMs = 1_000;
const none: readonly number[] = [];

/**
 * Limits the load that retries can add, with a token bucket that all connections of a `RedisResilience` share. A retry
 * costs 5 tokens, and a command that succeeds on the first attempt earns 1. A full bucket of 100 tokens allows a burst
 * of 20 retries. An empty bucket allows one retry for every five successful commands. Even with too few tokens, up to 3
 * retries within any second are allowed, so that a process with little traffic can retry too. The price of 5 tokens is
 * that of the AWS SDK's standard retry mode; the retries without tokens are those of Finagle.
 */
export class RetryBudget {
  readonly #capacity: number;
  readonly #clock: Pick<Clock, 'now'>;
  #freeRetriesAt: readonly number[] = none;
  #level: number;

  /** `capacity` is the number of tokens; the bucket starts full. Default 100. */
  constructor(clock: Pick<Clock, 'now'>, capacity = 100) {
    this.#clock = clock;
    this.#capacity = capacity;
    this.#level = capacity;
  }

  /** Number of tokens left, from 0 to the capacity. */
  get level(): number {
    return this.#level;
  }

  /** Whether the budget allows a retry now, so that {@link take} may be called. */
  get allowsRetry(): boolean {
    return this.#level >= retryPrice || this.#clock.now() - this.#oldestFreeAt >= freeWithinMs;
  }

  /** Records a retry: takes 5 tokens or, if there are fewer, one of the free retries. */
  take(): void {
    if (this.#level >= retryPrice) {
      this.#level -= retryPrice;
      return;
    }
    this.#freeRetriesAt = [...this.#freeRetriesAt, this.#clock.now()].slice(-freeRetries);
  }

  /** Adds one token for a command that succeeded on the first attempt. */
  succeededFirstTry(): void {
    if (this.#level < this.#capacity) this.#level++;
  }

  /** When the oldest of the last three free retries was sent; -Infinity if fewer than three have been sent. */
  get #oldestFreeAt(): number {
    return (this.#freeRetriesAt.length === freeRetries ? this.#freeRetriesAt[0] : undefined) ?? -Infinity;
  }
}

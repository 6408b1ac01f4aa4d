const retryPrice = 5;
const freeRetries = 3;
const freeWithinMs = 1_000;

/**
 * Bounds how much load retries may add. A bucket of tokens, shared by all connections of a resilience: a retry takes 5,
 * a command that succeeds at the first try adds 1, so in the long run one command in five is a retry at most, after a
 * burst of twenty. When the tokens do not suffice, up to 3 retries within any second are free, so that a quiet process
 * can retry too. (Price after the AWS SDK's standard retry for throttled calls, free retries after Finagle.)
 */
export class RetryBudget {
  readonly #capacity: number;
  readonly #now: () => number;
  readonly #freeRetriesAt = new Float64Array(freeRetries).fill(-Infinity);
  #nextFree = 0;
  #level: number;

  /** `now`: monotonic milliseconds. `capacity`: tokens, full at the start. Default 100. */
  constructor(now: () => number, capacity = 100) {
    this.#now = now;
    this.#capacity = capacity;
    this.#level = capacity;
  }

  /** Tokens left: 0 to capacity. */
  get level(): number {
    return this.#level;
  }

  /** Whether {@link take} may be called now. */
  get allowsRetry(): boolean {
    return this.#level >= retryPrice || this.#now() - this.#freeRetriesAt[this.#nextFree]! >= freeWithinMs;
  }

  /** A retry is sent: 5 tokens, or one of the free retries when there are fewer. */
  take(): void {
    if (this.#level >= retryPrice) {
      this.#level -= retryPrice;
      return;
    }
    this.#freeRetriesAt[this.#nextFree] = this.#now();
    this.#nextFree = (this.#nextFree + 1) % freeRetries;
  }

  /** A command succeeded that was sent once: one token. */
  succeededFirstTry(): void {
    if (this.#level < this.#capacity) this.#level++;
  }
}

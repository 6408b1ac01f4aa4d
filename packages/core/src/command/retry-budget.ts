/** Why a command is sent again: `throttled` when the server said "not now", `timeout` when it did not answer. */
export type RetryKind = 'plain' | 'throttled' | 'timeout';

const cost: Readonly<Record<RetryKind, number>> = { plain: 10, throttled: 5, timeout: 20 };
const floorRetries = 3;
const floorMs = 1_000;

/**
 * Bounds how much load retries may add: a bucket of tokens that a retry draws from and each success of a first try
 * fills by one, so that retries are a tenth of the calls in the long run and a burst of ten at most. (Costs and
 * refund after the AWS SDK's standard retry, floor after Finagle.) When the tokens do not suffice, up to 3 retries
 * within any second pass free, so that a quiet process can retry too.
 */
export class RetryBudget {
  readonly #capacity: number;
  readonly #now: () => number;
  readonly #freeRetriesAt = new Float64Array(floorRetries).fill(-Infinity);
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

  /** True when the retry may be sent: 10 tokens, 5 when throttled, 20 after a timeout, or free at the floor. */
  tryTake(kind: RetryKind): boolean {
    const price = cost[kind];
    if (this.#level >= price) {
      this.#level -= price;
      return true;
    }
    const now = this.#now();
    if (now - this.#freeRetriesAt[this.#nextFree]! < floorMs) return false;
    this.#freeRetriesAt[this.#nextFree] = now;
    this.#nextFree = (this.#nextFree + 1) % floorRetries;
    return true;
  }

  /** A command succeeded that was sent once: one token. */
  succeededFirstTry(): void {
    if (this.#level < this.#capacity) this.#level++;
  }

  /** A command succeeded after a retry of this kind: the retry costs nothing. Earned by free retries too. */
  refund(kind: RetryKind): void {
    this.#level = Math.min(this.#capacity, this.#level + cost[kind]);
  }
}

import { setTimeout as delay } from 'node:timers/promises';

/** One call, with times on the clock of `performance.now()`. */
export interface Call {
  readonly issuedAt: number;
  settledAt: number | undefined;
  error: Error | undefined;
  /** Whether the application's fallback answered the call, because Redis was unavailable. */
  isFallback?: boolean;
}

/** The value with which a call resolves if the application's fallback answered it. */
export const fallbackAnswer = Symbol('an answer without Redis');

/**
 * After the process was too busy to issue calls on time, `CallLoop` issues those of the last 100 ms late, and
 * skips those that were due earlier.
 */
const makesUpForMs = 100;

/** Issues calls at a constant rate, one every few milliseconds, regardless of pending ones. */
export class CallLoop {
  readonly calls: Call[] = [];
  readonly #call: (index: number) => Promise<unknown>;
  readonly #timer: NodeJS.Timeout;

  constructor(call: (index: number) => Promise<unknown>, everyMs = 5) {
    this.#call = call;
    let dueAt = performance.now();
    const issueDue = (): void => {
      const now = performance.now();
      // Due times come from the clock, not from the timer's ticks, so that a client that blocks its process
      // gets as many calls as any other client.
      for (dueAt = Math.max(dueAt, now - makesUpForMs); dueAt <= now; dueAt += everyMs) this.#issue();
    };
    this.#timer = setInterval(issueDue, everyMs);
    issueDue();
  }

  /** Stops issuing calls, and resolves when all of them have settled, at the latest after `graceMs`. */
  async finish(graceMs = 3_000): Promise<readonly Call[]> {
    clearInterval(this.#timer);
    const until = performance.now() + graceMs;
    while (performance.now() < until && this.calls.some(({ settledAt }) => settledAt === undefined))
      await delay(10);
    return this.calls;
  }

  /**
   * Returns when the first call that was issued after `issuedSince` and answered after `answeredSince` got
   * its answer.
   */
  firstAnswer(issuedSince: number, answeredSince: number): number | undefined {
    let first: number | undefined;
    for (let index = this.calls.length - 1; index >= 0; index--) {
      const { issuedAt, settledAt, error, isFallback } = this.calls[index] as Call;
      if (issuedAt < issuedSince) break;
      if (settledAt === undefined || error !== undefined || isFallback || settledAt < answeredSince) continue;
      if (first === undefined || settledAt < first) first = settledAt;
    }
    return first;
  }

  #issue(): void {
    const call: Call = { issuedAt: performance.now(), settledAt: undefined, error: undefined };
    this.calls.push(call);
    const settle = (error?: unknown): void => {
      call.settledAt = performance.now();
      if (error !== undefined)
        call.error = error instanceof Error ? error : new Error('rejected with no error');
    };
    let answer: Promise<unknown>;
    try {
      answer = this.#call(this.calls.length - 1);
    } catch (error) {
      return settle(error ?? 'thrown');
    }
    answer.then(
      (value) => {
        if (value === fallbackAnswer) call.isFallback = true;
        settle();
      },
      (error: unknown) => settle(error ?? 'rejected'),
    );
  }
}

/** Returns how long a call took, or has taken until `now` if it has not settled. */
export function durationOf(call: Call, now: number): number {
  return (call.settledAt ?? now) - call.issuedAt;
}

import { isRedisResilienceError, type RedisResilienceError } from '@redis-resilience/core';
import { waitFor } from '@redis-resilience/testing';
import { setTimeout as delay } from 'node:timers/promises';
import { LoopLag } from './loop-lag.ts';

/** One call of a loop: the time at which it was issued, on the clock of `performance.now()`, and its result. */
export interface LoopedCall {
  readonly issuedAt: number;
  settledAt: number | undefined;
  error: unknown;
  /**
   * For how long the event loop of this process was blocked between the issue and the end of the call, in milliseconds.
   */
  heldUpMs: number;
}

/** Issues calls at a constant rate, one every few milliseconds, regardless of pending ones. */
export class CallLoop {
  readonly calls: LoopedCall[] = [];
  readonly #call: () => Promise<unknown>;
  readonly #lag = new LoopLag();
  #timer: NodeJS.Timeout | undefined;

  constructor(call: () => Promise<unknown>, everyMs = 5) {
    this.#call = call;
    this.#timer = setInterval(() => this.#issue(), everyMs);
  }

  get failures(): readonly LoopedCall[] {
    return this.calls.filter(({ error }) => error !== undefined);
  }

  /** The failures that are errors of this library. */
  get errors(): readonly RedisResilienceError[] {
    return this.failures.map(({ error }) => error).filter(isRedisResilienceError);
  }

  /** Stops issuing, and resolves when every call has settled. @throws Error when one does not within `timeoutMs` */
  async finish(timeoutMs = 3_000): Promise<readonly LoopedCall[]> {
    clearInterval(this.#timer);
    await waitFor(() => this.calls.every(({ settledAt }) => settledAt !== undefined), {
      timeoutMs,
      message: 'every call to settle',
    });
    this.#lag[Symbol.dispose]();
    return this.calls;
  }

  /** Resolves when this many more calls have succeeded. */
  async untilAnswered(count = 1, timeoutMs = 5_000): Promise<void> {
    const from = performance.now();
    await waitFor(
      () =>
        this.calls.filter(
          ({ issuedAt, settledAt, error }) =>
            issuedAt >= from && settledAt !== undefined && error === undefined,
        ).length >= count,
      { timeoutMs, message: `${count} more calls to be answered` },
    );
  }

  /** Returns the calls that were issued within a period. */
  between(from: number, to: number): readonly LoopedCall[] {
    return this.calls.filter(({ issuedAt }) => issuedAt >= from && issuedAt < to);
  }

  /** Returns when the first call that was issued after this time succeeded. */
  firstAnswerAfter(time: number): number | undefined {
    const answered = this.calls.filter(
      ({ error, settledAt }) => error === undefined && settledAt !== undefined && settledAt >= time,
    );
    return answered.length === 0
      ? undefined
      : Math.min(...answered.map(({ settledAt }) => settledAt as number));
  }

  #issue(): void {
    const lagBefore = this.#lag.untilNow();
    const call: LoopedCall = {
      issuedAt: performance.now(),
      settledAt: undefined,
      error: undefined,
      heldUpMs: 0,
    };
    this.calls.push(call);
    const settle = (error: unknown): void => {
      if (call.settledAt !== undefined) throw new Error('A call settled twice.');
      call.settledAt = performance.now();
      call.error = error;
      call.heldUpMs = this.#lag.untilNow() - lagBefore;
    };
    this.#call().then(
      () => settle(undefined),
      (error: unknown) => settle(error ?? new Error('rejected with nothing')),
    );
  }
}

/** Returns how long a call took, without the time in which the event loop was blocked. */
export function durationOf(call: LoopedCall): number {
  return (call.settledAt ?? Infinity) - call.issuedAt - call.heldUpMs;
}

/** Returns the median. */
export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Waits for a fixed time, for tests about an outage of a given length; to wait for a state, use `waitFor`. */
export function pass(ms: number): Promise<void> {
  return delay(ms);
}

/** Returns the code and outcome of an error of this library, or the message of any other error. */
export function summaryOf(error: unknown): string {
  return isRedisResilienceError(error) ? `${error.code}: ${error.outcome}` : String(error);
}

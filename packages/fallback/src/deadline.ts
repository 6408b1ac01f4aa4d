import { CommandTimeoutError, type Clock } from '@redis-resilience/core';

/**
 * Gives what `promise` gives, within `ms`; else rejects with what `late` makes. What comes later is ignored; a late
 * rejection is never unhandled.
 */
export function withinDeadline<T>(
  clock: Clock,
  ms: number,
  promise: Promise<T>,
  late: () => Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(() => reject(late()), ms);
    const settle = (): void => clock.clearTimeout(timer);
    promise.then(
      (value) => {
        settle();
        resolve(value);
      },
      (error: unknown) => {
        settle();
        reject(error);
      },
    );
  });
}

/** The error of something that was begun and is not waited for any longer. */
export function tooLate(what: string, ms: number): CommandTimeoutError {
  return new CommandTimeoutError(`${what} did not finish within ${ms} ms. It may still take effect.`, {
    reason: 'slow',
    outcome: 'unknown',
  });
}

/** Resolves after `ms`. Does not keep the process alive. */
export function pause(clock: Clock, ms: number): Promise<void> {
  return new Promise((resolve) => {
    clock.setTimeout(resolve, ms).unref?.();
  });
}

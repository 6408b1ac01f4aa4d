import type { Clock } from './clock.ts';
import { afterRunning } from './event-loop/after-running.ts';
import type { CancelSignal } from './event-loop/cancellation.ts';
import { CommandTimeoutError } from './errors.ts';

/**
 * Settles like `promise` if `promise` settles within `ms` milliseconds; if it does not, rejects with the error that
 * `late` returns. If `signal` aborts first, rejects with the signal's reason. The work behind `promise` is not stopped:
 * a later result is ignored, and a later rejection is never unhandled. If the process was frozen or blocked meanwhile,
 * so that it could not read replies, the deadline is later by that time, but not by more than `ms`.
 *
 * @example
 * await withinDeadline(systemClock, 200, store.get(id), () => tooLate('The store', 200));
 */
export function withinDeadline<T>(
  clock: Clock,
  ms: number,
  promise: T | PromiseLike<T>,
  late: () => Error,
  signal?: CancelSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const onDeadline = (): void => {
      signal?.removeEventListener('abort', onAbort);
      reject(late());
    };
    const stopWaiting = afterRunning(clock, ms, onDeadline, { mostMs: ms });
    const stop = (): void => {
      stopWaiting();
      signal?.removeEventListener('abort', onAbort);
    };
    const onAbort = (): void => {
      stopWaiting();
      reject(signal?.reason);
    };
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
    Promise.resolve(promise).then(
      (value) => {
        stop();
        resolve(value);
      },
      (error: unknown) => {
        stop();
        reject(error);
      },
    );
  });
}

/**
 * Creates the error for an operation that was started but did not finish in time. `subject` names the operation at the
 * start of the message. The error's outcome is `unknown`.
 */
export function tooLate(subject: string, ms: number): CommandTimeoutError {
  return new CommandTimeoutError(`${subject} did not finish within ${ms} ms. It may still take effect.`, {
    reason: 'slow',
    outcome: 'unknown',
  });
}

/**
 * Resolves after `ms` milliseconds. Rejects with the signal's reason as soon as the signal aborts. The pause does not
 * keep the process alive.
 */
export function pause(clock: Clock, ms: number, signal?: CancelSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clock.clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = clock.setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    timer.unref?.();
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}

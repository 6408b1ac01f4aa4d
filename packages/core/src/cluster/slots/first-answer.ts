import type { Clock } from '../../clock.ts';
import { afterRunning } from '../../event-loop/after-running.ts';

/**
 * Asks one of several sources that can all give the same answer. Rejects if the source gives no answer, or when the
 * signal aborts.
 */
export type Ask<Answer> = (signal: AbortSignal) => Promise<Answer>;

/**
 * Asks several sources in order until one answers. The next source is asked when the source before it has failed or has
 * not answered within `hedgeMs`. Resolves with the first answer and aborts the other requests. Rejects with the first
 * failure if all sources have failed, or with the reason of `signal` when that signal aborts.
 */
export function firstAnswer<Answer>(
  asks: readonly Ask<Answer>[],
  clock: Clock,
  hedgeMs: number,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const running = new AbortController();
    let next = 0;
    let pending = 0;
    let failure: unknown;
    let stopWaiting: (() => void) | undefined;
    const finish = (): void => {
      stopWaiting?.();
      signal.removeEventListener('abort', onAbort);
      running.abort(new Error('Another answer came first.'));
    };
    const onAbort = (): void => {
      finish();
      reject(signal.reason as Error);
    };
    const askNext = (): void => {
      stopWaiting?.();
      stopWaiting = undefined;
      const ask = asks[next++];
      if (ask === undefined) {
        if (pending > 0) return;
        finish();
        reject(failure ?? new Error('No node could be asked.'));
        return;
      }
      pending++;
      stopWaiting = afterRunning(clock, hedgeMs, askNext);
      ask(running.signal).then(
        (answer) => {
          finish();
          resolve(answer);
        },
        (error: unknown) => {
          pending--;
          failure ??= error;
          if (!running.signal.aborted) askNext();
        },
      );
    };
    if (signal.aborted) {
      reject(signal.reason as Error);
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    askNext();
  });
}

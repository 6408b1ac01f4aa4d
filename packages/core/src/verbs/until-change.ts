import type { Clock } from '../clock.ts';
import { afterRunning } from '../event-loop/after-running.ts';
import { checkKnownOptions } from '../options/known-options.ts';
import type { RedisResilience } from '../redis-resilience.ts';
import type { RedisSnapshot } from '../snapshot.ts';

/** Limits of {@link untilChange}. */
export interface WaitBounds {
  /** Maximum time to wait. Default: no limit. */
  readonly timeoutMs?: number | undefined;
  /** When the signal aborts, the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Resolves with the snapshot of the next change that satisfies the condition, or with undefined after `timeoutMs` or
 * when the `RedisResilience` is closed. The current snapshot is not checked, so check it before the call. If the
 * `RedisResilience` is already closed, there will be no change.
 *
 * @example
 * await untilChange(resilience, systemClock, ({ status }) => status === 'up', { timeoutMs: 1000 });
 */
export function untilChange(
  resilience: Pick<RedisResilience, 'on'>,
  clock: Clock,
  condition: (snapshot: RedisSnapshot) => boolean,
  bounds: WaitBounds = {},
): Promise<RedisSnapshot | undefined> {
  checkKnownOptions<WaitBounds>('untilChange', bounds, { timeoutMs: true, signal: true });
  const { timeoutMs, signal } = bounds;
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      stopListening();
      stopWaitingForClose();
      stopWaiting?.();
      signal?.removeEventListener('abort', onAbort);
    };
    const finish = (snapshot?: RedisSnapshot): void => {
      stop();
      resolve(snapshot);
    };
    const onAbort = (): void => {
      stop();
      reject(signal?.reason as Error);
    };
    const stopWaiting =
      timeoutMs === undefined ? undefined : afterRunning(clock, timeoutMs, finish, { mostMs: timeoutMs });
    const stopListening = resilience.on('change', ({ snapshot }) => {
      if (condition(snapshot)) finish(snapshot);
    });
    const stopWaitingForClose = resilience.on('closed', () => finish());
    if (signal?.aborted === true) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}

import type { Clock, TimerHandle } from '../clock.ts';
import { RedisUnavailableError } from '../errors.ts';
import type { RedisResilience } from '../redis-resilience.ts';

/** Resolves when the status is `up`; rejects when the time is up, on abort, or when the resilience is closed. */
export function whenUp(
  resilience: RedisResilience,
  clock: Clock,
  options: { readonly timeoutMs?: number; readonly signal?: AbortSignal },
): Promise<void> {
  const { timeoutMs, signal } = options;
  return new Promise((resolve, reject) => {
    let timer: TimerHandle | undefined;
    const stop: (() => void)[] = [];
    const finish = (error?: unknown): void => {
      for (const undo of stop) undo();
      if (timer !== undefined) clock.clearTimeout(timer);
      if (error === undefined) resolve();
      else reject(error);
    };
    const fail = (): void => {
      const { cause, retryAfterMs } = resilience.snapshot();
      finish(
        new RedisUnavailableError(`Redis is not up: ${cause?.message ?? 'still connecting.'}`, {
          reason: cause?.code,
          retryAfterMs,
        }),
      );
    };
    const onAbort = (): void => finish(signal?.reason ?? new Error('aborted'));
    const look = (): boolean => {
      const { status, connection } = resilience.snapshot();
      if (status === 'up') finish();
      else if (connection === 'ended') fail();
      else return false;
      return true;
    };
    if (signal?.aborted === true) {
      onAbort();
      return;
    }
    if (look()) return;
    signal?.addEventListener('abort', onAbort, { once: true });
    stop.push(resilience.on('change', look), resilience.on('closed', fail), () =>
      signal?.removeEventListener('abort', onAbort),
    );
    if (timeoutMs !== undefined) timer = clock.setTimeout(fail, timeoutMs);
  });
}

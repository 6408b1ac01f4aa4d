import type { Clock } from '../clock.ts';
import { CommandTimeoutError } from '../errors.ts';
import { runInside } from './lease-context.ts';
import type { Lease } from './lease.ts';
import type { Pool } from './pool/pool.ts';

/** The limits of a lease. */
export interface LeaseBounds {
  readonly name: string | undefined;
  /** Limit for waiting and work together. If undefined, only the wait is limited, to `defaultTimeoutMs`. */
  readonly timeoutMs: number | undefined;
  readonly defaultTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Leases a connection, runs the work, and returns the connection, however the work ends. */
export async function runLease<T>(
  pool: Pool,
  clock: Clock,
  { name, timeoutMs, defaultTimeoutMs, signal }: LeaseBounds,
  work: (lease: Lease) => T | Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const deadlineAt = clock.now() + (timeoutMs ?? defaultTimeoutMs);
  const acquired = pool.acquire({ name, deadlineAt, signal });
  const lease = acquired instanceof Promise ? await acquired : acquired;
  // Before this code could run, the signal may have aborted. For example, the same signal may have ended the lease
  // whose connection is now granted.
  if (signal?.aborted === true) pool.giveBack(lease, 'returned');
  signal?.throwIfAborted();
  const onAbort = (): void => pool.giveBack(lease, 'aborted', signal?.reason);
  const onDeadline = (): void => pool.giveBack(lease, 'late', tooLong(timeoutMs as number));
  const timer =
    timeoutMs === undefined ? undefined : clock.setTimeout(onDeadline, Math.max(0, deadlineAt - clock.now()));
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    const running = runInside(lease, pool, () => work(lease));
    return running instanceof Promise ? await lease.until(running) : running;
  } finally {
    if (timer !== undefined) clock.clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    pool.giveBack(lease, 'returned');
  }
}

function tooLong(timeoutMs: number): CommandTimeoutError {
  return new CommandTimeoutError(
    `The work of the lease did not finish within ${timeoutMs} ms. Its commands may have run.`,
    { reason: 'slow', outcome: 'unknown' },
  );
}

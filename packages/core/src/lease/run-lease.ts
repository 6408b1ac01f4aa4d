import type { Clock } from '../clock.ts';
import { afterRunning, runningTime } from '../event-loop/after-running.ts';
import { CommandTimeoutError } from '../errors.ts';
import { heldLease, runInside } from './lease-context.ts';
import type { Lease } from './lease.ts';
import type { Pool } from './pool/pool.ts';

/** The limits of a lease. */
export interface LeaseBounds {
  readonly name: string | undefined;
  /**
   * Limit in milliseconds for the wait and the work together; if this limit is undefined, only the wait is limited, by
   * `deadlineAt`.
   */
  readonly timeoutMs: number | undefined;
  /** Time until which the lease may wait for a connection or, if `timeoutMs` is set, may last. */
  readonly deadlineAt: number;
  readonly signal: AbortSignal | undefined;
  /** Ends the wait for a connection, but not a lease that has begun. */
  readonly waitSignal?: AbortSignal | undefined;
  /** Called with the error with which the lease is about to fail. */
  readonly onFailure?: (error: unknown) => void;
}

/** Leases a connection, runs the work, and gives the connection back to its pool, however the work ends. */
export async function runLease<T>(
  pool: Pool,
  clock: Clock,
  { name, timeoutMs, deadlineAt, signal, waitSignal, onFailure }: LeaseBounds,
  work: (lease: Lease) => T | PromiseLike<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const endsWait = signal && waitSignal ? AbortSignal.any([signal, waitSignal]) : (waitSignal ?? signal);
  const endsAt = runningTime(clock) + deadlineAt - clock.now();
  let lease: Lease;
  try {
    const acquired = pool.acquire({ name, deadlineAt, signal: endsWait });
    lease = acquired instanceof Promise ? await acquired : acquired;
  } catch (error) {
    onFailure?.(error);
    throw error;
  }
  // The signal may have aborted after the lease was granted. For example, two leases may share a signal whose abort
  // ends the first lease; its connection is then granted to the second lease, although that lease is aborted as well.
  if (signal?.aborted === true) pool.giveBack(lease, 'returned');
  signal?.throwIfAborted();
  const onAbort = (): void => pool.giveBack(lease, 'aborted', signal?.reason);
  const onDeadline = (): void => pool.giveBack(lease, 'late', tooLong(timeoutMs as number, lease.connection));
  const leftMs = Math.max(0, endsAt - runningTime(clock));
  const stopWaiting =
    timeoutMs === undefined ? undefined : afterRunning(clock, leftMs, onDeadline, { mostMs: timeoutMs });
  signal?.addEventListener('abort', onAbort, { once: true });
  const held = heldLease(lease, pool);
  try {
    const running = runInside(held, () => work(lease));
    return isThenable(running) ? await lease.until(running) : running;
  } catch (error) {
    onFailure?.(error);
    throw error;
  } finally {
    held.lease = undefined;
    stopWaiting?.();
    signal?.removeEventListener('abort', onAbort);
    pool.giveBack(lease, 'returned');
  }
}

// The work may return a promise of another library, which is no instance of the global `Promise`.
function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  const { then } = (value ?? {}) as Partial<PromiseLike<T>>;
  return typeof then === 'function';
}

function tooLong(timeoutMs: number, connection: string): CommandTimeoutError {
  return new CommandTimeoutError(
    `The work of the lease did not finish within ${timeoutMs} ms. Its commands may have run.`,
    { reason: 'slow', outcome: 'unknown', connection },
  );
}

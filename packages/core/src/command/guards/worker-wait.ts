import { workerOf } from '../../catalogue/unaided-library.ts';
import type { SlowCall } from '../call.ts';

/** Milliseconds after which the call is overdue, in addition to its deadline, now that it does not block any more. */
const shortestMs = 10;

/**
 * Returns whether a worker of BullMQ or Bull waits for its next job with this call, and had to wait for Redis first, or
 * lost its connection while it waited for the job.
 */
export function isLateWait({ traits, command, slow, batch, sends }: SlowCall): boolean {
  if (slow.blockingMs === undefined || batch !== undefined) return false;
  const isLate = sends > 0 || slow.waitsSince > -Infinity;
  return isLate && workerOf(traits.name, command.args) !== undefined;
}

/**
 * Replaces the call by one that does not block. A worker that gets null looks for jobs by itself, and so finds those
 * that became due in the outage, for which nothing on the server would wake the worker. A wait with a short timeout
 * would last longer: an idle server looks only ten times a second whether a timeout has passed, and before Redis 6 the
 * shortest timeout is a second.
 */
export function endWait({ command, slow, traits }: SlowCall): void {
  slow.blockingMs = shortestMs;
  if (traits.name === 'brpoplpush') {
    command.name = 'rpoplpush';
    command.args.length = 2;
  } else {
    // The marker of BullMQ has no member without a name, so the reply is null.
    command.name = 'zscore';
    command.args.splice(1, Infinity, '');
  }
}

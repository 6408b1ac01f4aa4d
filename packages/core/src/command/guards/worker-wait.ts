import { workerOf } from '../../catalogue/unaided-library.ts';
import type { SlowCall } from '../call.ts';

/**
 * Milliseconds for which a late wait (see {@link isLateWait}) of BullMQ may block; to the server, 0 would mean no
 * limit.
 */
const shortestMs = 10;
/**
 * The same for Bull, which also works with Redis 5, where a timeout is a whole number of seconds. Bull itself wakes
 * this wait when a delayed job is due, so the longer wait delays no job.
 */
const shortestOfBullMs = 1000;

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
 * Makes the call block only for a moment. A worker that gets null looks for jobs by itself, and so finds those that
 * became due in the outage, for which nothing on the server would wake the worker.
 */
export function endWait({ command, slow, traits }: SlowCall): void {
  slow.blockingMs = traits.name === 'brpoplpush' ? shortestOfBullMs : shortestMs;
  command.args[command.args.length - 1] = String(slow.blockingMs / 1000);
}

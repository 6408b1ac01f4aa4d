import { workerOf } from '../../catalogue/unaided-library.ts';
import type { SlowCall } from '../call.ts';

/**
 * The blocking time, in milliseconds, that a call keeps after `endWait`: the call no longer blocks, but its deadline is
 * still extended by this time.
 */
const shortestMs = 10;

/**
 * Returns whether a worker of BullMQ or Bull waits for its next job with this call, and the call is late, because it
 * had to wait for Redis or was lost with its connection.
 */
export function isLateWait({ traits, command, slow, batch, sends }: SlowCall): boolean {
  if (slow.blockingMs === undefined || batch !== undefined) return false;
  const isLate = sends > 0 || slow.waitsSince > -Infinity;
  return isLate && workerOf(traits.name, command.args) !== undefined;
}

/**
 * Replaces the call by one that does not block. A worker that gets the reply null looks for jobs by itself. So the
 * worker also finds jobs that became due during the outage: the server wakes no worker for these jobs. A blocking call
 * with a short timeout would take longer: an idle server checks timeouts only ten times a second, and before Redis 6
 * the shortest timeout is a second.
 */
export function endWait({ command, slow, traits }: SlowCall): void {
  slow.blockingMs = shortestMs;
  if (traits.name === 'brpoplpush') {
    command.name = 'rpoplpush';
    command.args.length = 2;
  } else {
    // ZSCORE of a member with an empty name returns null, because BullMQ's marker has no such member.
    command.name = 'zscore';
    command.args.splice(1, Infinity, '');
  }
}

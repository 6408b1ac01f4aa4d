import type { Clock } from '../clock.ts';

/**
 * Runs `action` two turns of the event loop later, when every socket that already held a reply has been read. Node runs
 * timers before it reads sockets, so after a stall of the process, deadlines would otherwise fire although the replies
 * have arrived. `action` must handle only calls that were already overdue when this function was called: replies to
 * other calls may not have been read yet.
 */
export function afterReads(clock: Clock, action: () => void): void {
  clock.setImmediate(() => clock.setImmediate(action));
}

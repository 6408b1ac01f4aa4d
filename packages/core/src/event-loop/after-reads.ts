import type { Clock } from '../clock.ts';

/**
 * Runs `action` two turns of the event loop later, when every socket that already held a reply has been read. Timers
 * run before sockets are read, so after a stall of the process every deadline would fire although its reply has
 * arrived. `action` should handle only calls that were overdue before; newer ones have not had these two turns.
 */
export function afterReads(clock: Clock, action: () => void): void {
  clock.setImmediate(() => clock.setImmediate(action));
}

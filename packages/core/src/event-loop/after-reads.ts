import type { Clock } from '../clock.ts';

/**
 * Runs `action` two turns of the event loop later, when every socket that already held an answer has been read. Timers
 * run before sockets are read, so after a stall of the process each deadline would fire although its answer has
 * arrived. `action` should judge only calls that were overdue before: newer ones have not had these two turns.
 */
export function afterReads(clock: Clock, action: () => void): void {
  clock.setImmediate(() => clock.setImmediate(action));
}

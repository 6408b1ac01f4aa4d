import type { Clock } from '../clock.ts';

/**
 * Runs `action` after every socket was read that may hold an answer already: two turns of the event loop. Timers run
 * before sockets are read, so after a stall every deadline would fire on answers that have already arrived. Whoever
 * uses it decides by what was overdue before, not by what became so meanwhile.
 */
export function afterReads(clock: Clock, action: () => void): void {
  clock.setImmediate(() => clock.setImmediate(action));
}

import type { Clock } from '../clock.ts';

/** A timer this much late means that the event loop was blocked and sockets may hold unread answers. */
const toleratedLagMs = 20;

/**
 * Runs `action` now when the timer that calls this was on time, and else after two turns of the event loop: timers run
 * before sockets are read, so after a stall every deadline would fire on answers that have already arrived.
 */
export function afterReads(clock: Clock, dueAt: number, action: () => void): void {
  if (clock.now() - dueAt <= toleratedLagMs) {
    action();
    return;
  }
  clock.setImmediate(() => clock.setImmediate(action));
}

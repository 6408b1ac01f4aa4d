import type { Gate } from '../command/gate.ts';

/**
 * Another database is about to take over at this time: what waits had better wait for it, and reads in flight are not
 * given up. Undefined: none is in sight.
 */
export function expectChange(gate: Gate, at: number | undefined, now: number): void {
  const { state, waiting, inFlight } = gate;
  state.expectChange(at);
  const until = now + state.changePatienceMs;
  waiting.prolong(until);
  if (state.givesUpReads) inFlight.giveUpReads(until);
}

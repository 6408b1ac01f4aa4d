import type { Gate } from '../command/gate.ts';

/**
 * Call when another database is expected to take over at time `at`. Until the switch, waiting calls keep waiting, and
 * reads in flight are not abandoned. `at` is undefined if no switch is expected.
 */
export function expectChange(gate: Gate, at: number | undefined, now: number): void {
  const { state, waiting, inFlight } = gate;
  state.expectChange(at);
  const until = now + state.changePatienceMs;
  waiting.prolong(until);
  if (state.givesUpReads) inFlight.giveUpReads(until);
}

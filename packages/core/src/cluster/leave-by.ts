import type { Entrance } from '../command/entrance.ts';
import type { Gate } from '../command/gate.ts';
import { pendingBlockingMs } from '../command/pending/pending-blocking.ts';
import type { Leave } from '../driver/leave.ts';
import type { Settings } from '../options/settings.ts';
import { drain } from '../verbs/drain.ts';

/**
 * Returns how a client leaves: its earlier calls are settled before it quits, at the latest at their deadline, and its
 * later ones are refused.
 */
export function leaveBy(gate: Gate, entrance: Entrance, { clock, timeoutMs }: Settings): Leave {
  const pending = (): number => {
    const { waiting, inFlight } = gate.counts();
    return waiting + inFlight;
  };
  return {
    begin: () => {
      entrance.leave();
      return pending() === 0 ? undefined : drain(pending, clock, timeoutMs + pendingBlockingMs(gate));
    },
    undo: () => gate.state.leave(false),
  };
}

import type { Entrance } from '../command/entrance.ts';
import type { Gate } from '../command/gate.ts';
import { pendingBlockingMs } from '../command/pending/pending-blocking.ts';
import type { Settings } from '../options/settings.ts';
import { drain } from '../verbs/drain.ts';

/**
 * Returns a function to call when the client is told to quit. The function refuses all later calls, and resolves when
 * the earlier ones have been settled, at the latest at their deadline; it returns undefined if there are none.
 */
export function untilCallsLeft(
  gate: Gate,
  entrance: Entrance,
  { clock, timeoutMs }: Settings,
): () => Promise<void> | undefined {
  const pending = (): number => {
    const { waiting, inFlight } = gate.counts();
    return waiting + inFlight;
  };
  return () => {
    entrance.leave();
    return pending() === 0 ? undefined : drain(pending, clock, timeoutMs + pendingBlockingMs(gate));
  };
}

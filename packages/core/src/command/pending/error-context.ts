import type { ErrorContext } from '../call-errors.ts';
import { circuitOf, laneOf, type Call } from '../call.ts';
import type { GateParts, Line } from '../line.ts';

/** The number of calls of one client that are waiting, and of those that are in flight. */
export interface CallLoad {
  readonly waiting: number;
  readonly inFlight: number;
}

/** Returns the data that every error for a call carries: the current state, counts and ages of its connection. */
export function errorContextOf(
  call: Call,
  { waiting, inFlight }: CallLoad,
  { settings, circuits, stallDetector }: GateParts,
  line: Line,
): ErrorContext {
  const { state, readAt, writtenAt } = line;
  const now = settings.clock.now();
  return {
    name: settings.name,
    lane: laneOf(call),
    retryAfterMs: line.nextAttemptMs() ?? circuitOf(call, circuits).retryAfterMs(now),
    forensics: {
      // In a Cluster, the first command of a transaction may be an ASKING that the driver has added.
      command: call.isTransaction ? 'multi' : call.name,
      attempt: call.sends,
      connectionState: state,
      waiting,
      inFlight,
      lastReadAgeMs: readAt === undefined ? undefined : now - readAt,
      lastWriteAgeMs: writtenAt === undefined ? undefined : now - writtenAt,
      eventLoopLagMs: stallDetector.lagMs,
    },
  };
}

import type { CauseCode } from '../cause.ts';
import type { Circuit } from '../circuit/circuit.ts';
import type { Clock, Random } from '../clock.ts';
import type { Forensics, Outcome } from '../errors.ts';
import type { Settings } from '../options/settings.ts';
import type { Lane } from '../snapshot.ts';
import type { Call } from './call.ts';
import type { ReplyVerdict } from '../replies/reply-error.ts';
import type { RetryBudget } from './retry-budget.ts';

/** What a gate needs from the resilience it belongs to. */
export interface GateHost {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: Random;
  readonly circuits: Readonly<Record<Lane, Circuit>>;
  readonly retryBudget: RetryBudget;
  /** A reply said something about the server, not about the command. May hold the gate. */
  onVerdict(verdict: ReplyVerdict): void;
  /** A call is about to be answered. Runs on every call: must cost next to nothing when nobody listens. */
  onSettled(call: Call, durationMs: number, failure: Error | undefined): void;
  onRetry(call: Call, outcome: Outcome): void;
  /** In observe-only mode: the circuit would have refused it. */
  onWouldRefuse(call: Call): void;
  retryAfterMs(lane: Lane): number | undefined;
  /** Why this lane is away right now. */
  laneCause(lane: Lane): CauseCode | undefined;
  forensics(call: Call): Forensics;
  /** How long our own code kept the event loop just now. */
  eventLoopLagMs(): number;
}

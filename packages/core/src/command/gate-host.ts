import type { CauseCode } from '../cause.ts';
import type { Circuit } from '../circuit/circuit.ts';
import type { Clock, Random } from '../clock.ts';
import type { Forensics, Outcome } from '../errors.ts';
import type { Settings } from '../settings.ts';
import type { Lane } from '../snapshot.ts';
import type { Entry } from './entry.ts';
import type { ReplyVerdict } from '../replies/reply-error.ts';
import type { RetryBudget } from './retry-budget.ts';

/** What a gate needs from the resilience it belongs to. */
export interface GateHost {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: Random;
  readonly circuits: Readonly<Record<Lane, Circuit>>;
  readonly budget: RetryBudget;
  /** A reply said something about the server, not about the command. May hold the gate. */
  onVerdict(verdict: ReplyVerdict): void;
  /** A call is about to be answered. Runs on every call: must cost next to nothing when nobody listens. */
  onSettled(entry: Entry, durationMs: number, failure: Error | undefined): void;
  onRetry(entry: Entry, outcome: Outcome): void;
  /** In observe-only mode: the circuit would have refused it. */
  onWouldRefuse(entry: Entry): void;
  retryAfterMs(lane: Lane): number | undefined;
  /** Why this lane is away right now. */
  laneCause(lane: Lane): CauseCode | undefined;
  forensics(entry: Entry): Forensics;
  /** How long our own code kept the event loop just now. */
  eventLoopLagMs(): number;
}

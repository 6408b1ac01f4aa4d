import type { CauseCode } from '../cause.ts';
import type { Circuit } from '../circuit/circuit.ts';
import type { RetryBudget } from '../circuit/retry-budget.ts';
import type { ProcessStallDetector } from '../event-loop/process-stall-detector.ts';
import type { ReplyVerdict } from '../replies/reply-error.ts';
import type { Settings } from '../options/settings.ts';
import type { ConnectionState, Lane } from '../snapshot.ts';
import type { Call } from './call.ts';
import type { CallOutcomeRecorder } from './call-outcome-recorder.ts';

/** The connection behind a gate: what the gate knows of it, and tells it. */
export interface Line {
  readonly state: ConnectionState;
  /** The name of the database that it leads to, where there are several. */
  readonly database?: string | undefined;
  /** Why it is away; undefined while it is not. */
  readonly cause: CauseCode | undefined;
  /** Whether the connection stands and the server answers neither it nor another one. */
  readonly isServerSilent: boolean;
  /** Why writes are held although reads go on. */
  readonly writesHeldBy: CauseCode | undefined;
  /** When bytes were read last, and written last. */
  readonly readAt: number | undefined;
  readonly writtenAt: number | undefined;
  /** Milliseconds until the next connection attempt; undefined when none is due. */
  nextAttemptMs(): number | undefined;
  /** Acts on an error reply to a call that says more than that the call is refused. May hold the gate. */
  judge(verdict: ReplyVerdict, call: Call): void;
}

/** What all gates of one resilience share. */
export interface GateParts {
  readonly settings: Settings;
  readonly circuits: Readonly<Record<Lane, Circuit>>;
  readonly retryBudget: RetryBudget;
  readonly stallDetector: ProcessStallDetector;
  readonly recorder: CallOutcomeRecorder;
}

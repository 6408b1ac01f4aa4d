import type { CauseCode } from '../cause.ts';
import type { Circuit } from '../circuit/circuit.ts';
import type { RetryBudget } from '../circuit/retry-budget.ts';
import type { DriverCommand } from '../driver/driver-command.ts';
import type { ProcessStallDetector } from '../event-loop/process-stall-detector.ts';
import type { UnaidedLibraries } from '../observability/unaided-libraries.ts';
import type { UnleasedCommands } from '../observability/unleased-commands.ts';
import type { ReplyVerdict } from '../replies/reply-error.ts';
import type { Settings } from '../options/settings.ts';
import type { ConnectionState, Lane } from '../snapshot.ts';
import type { Call } from './call.ts';
import type { SignsOfLife } from './signs-of-life.ts';
import type { CallOutcomeRecorder } from './call-outcome-recorder.ts';

/** The properties and methods of a connection that its gate uses. */
export interface Line {
  readonly state: ConnectionState;
  /** The name of the Redis database that the connection leads to, if several are configured. */
  readonly database?: string | undefined;
  /** Why the connection is unavailable; undefined if it is available. */
  readonly cause: CauseCode | undefined;
  /** Whether the connection is open, but the server responds neither on this connection nor on a second one. */
  readonly isServerSilent: boolean;
  /** Why writes have to wait while reads continue; undefined if writes need not wait. */
  readonly writesHeldBy: CauseCode | undefined;
  /** When bytes were last read from the connection. */
  readonly readAt: number | undefined;
  /** When bytes were last written to the connection. */
  readonly writtenAt: number | undefined;
  /** Returns the milliseconds until the next connection attempt; undefined if none is planned. */
  nextAttemptMs(): number | undefined;
  /**
   * Acts on an error reply that says something about the connection or the server, not only about its command; new
   * commands may have to wait from then on.
   */
  judge(verdict: ReplyVerdict, call: Call): void;
}

/**
 * The objects that the gates of one `RedisResilience` share. Each client has a gate, which admits, queues or rejects
 * the client's commands. The gates share all these objects, with three exceptions. The gate of a leased connection in a
 * Cluster has its own `settings`. The gate of a client that connects to another server has its own `signsOfLife`. The
 * gate of a duplicate has no `sharedUse`.
 */
export interface GateParts {
  readonly settings: Settings;
  readonly circuits: Readonly<Record<Lane, Circuit>>;
  readonly retryBudget: RetryBudget;
  readonly stallDetector: ProcessStallDetector;
  readonly recorder: CallOutcomeRecorder;
  readonly unaided: UnaidedLibraries;
  /** Evidence that the server is alive, which all clients of that server share. */
  readonly signsOfLife: SignsOfLife;
  /**
   * Reports commands that should not run on a client shared by several callers; undefined for duplicates and leased
   * connections, which are not shared.
   */
  readonly sharedUse: UnleasedCommands | undefined;
  /** Returns the text of the script that the command runs by its digest; undefined if the driver does not know it. */
  readonly scriptTextOf: (command: DriverCommand) => string | undefined;
}

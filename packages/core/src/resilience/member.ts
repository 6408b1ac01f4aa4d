import type { CauseCode } from '../cause.ts';
import type { Gate } from '../command/gate.ts';
import type { ReplyVerdict } from '../replies/reply-error.ts';
import type { GateHost } from '../command/gate-host.ts';
import type { ConnectionHost } from '../connection/connection.ts';
import type { ConnectionState } from '../snapshot.ts';

/** One protected client of a resilience: the main one, a duplicate, or a whole cluster. */
export interface Member {
  /** Takes over what the driver did before it was protected. */
  begin(): void;
  readonly gate: Gate;
  readonly state: ConnectionState;
  readonly cause: CauseCode | undefined;
  readonly connections: number;
  readonly readyConnections: number;
  /** Age of the last byte read and written. */
  readonly readAt: number | undefined;
  readonly writtenAt: number | undefined;
  /** Why writes are held although reads go on. */
  readonly writesHeldBy: CauseCode | undefined;
  /** Why some keys cannot be reached although the rest can. */
  readonly partlyAwayBy: CauseCode | undefined;
  nextAttemptMs(): number | undefined;
  /** The server said that it does not serve, or that this connection is of no use. */
  serverAway(cause: CauseCode): void;
  drop(cause: CauseCode): void;
  readOnly(): void;
  /** Sends a command of our own, past the gate: the answer is the server's. */
  ask(command: string, args: readonly string[]): Promise<unknown>;
  /** Asks each connection for a sign of life. */
  prove(): void;
  /** Resolves when the sockets are gone. */
  disconnect(): Promise<void>;
}

/** What a member needs from the resilience it belongs to. */
export interface MemberHost
  extends
    Pick<GateHost, 'circuits' | 'retryBudget' | 'onSettled' | 'onRetry' | 'onWouldRefuse'>,
    Omit<ConnectionHost, 'ask' | 'onStateChange' | 'onProven'> {
  /** A reply of this member's server said something about the server, not about the command. */
  onVerdict(verdict: ReplyVerdict, from: Member): void;
  eventLoopLagMs(): number;
  onMemberChange(): void;
  onAttempt(attempt: {
    readonly durationMs: number;
    readonly cause: CauseCode | undefined;
    readonly nextAttemptMs: number | undefined;
  }): void;
}

import type { CauseCode } from '../cause.ts';
import type { Clock, Random } from '../clock.ts';
import type { GateHost } from '../command/gate-host.ts';
import type { Gate } from '../command/gate.ts';
import type { ReplyVerdict } from '../replies/reply-error.ts';
import type { Settings } from '../options/settings.ts';
import type { ConnectionState } from '../snapshot.ts';
import type { Flushes } from '../event-loop/flush.ts';
import type { SubscriptionNews } from './subscriptions.ts';

/** One protected client of a resilience: its main client, or a duplicate of that; each a single client or a Cluster. */
export interface ProtectedClient {
  readonly gate: Gate;
  readonly state: ConnectionState;
  readonly cause: CauseCode | undefined;
  readonly connections: number;
  readonly readyConnections: number;
  /** When the last byte was read, and written. Monotonic milliseconds. */
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
  /** Sends PING on each connection. */
  ping(): void;
  /** Resolves when the sockets are gone. */
  disconnect(): Promise<void>;
}

/** One attempt to connect: how long it took, why it failed, and when the next one is due. */
export interface AttemptReport {
  readonly durationMs: number;
  readonly cause: CauseCode | undefined;
  readonly nextAttemptMs: number | undefined;
}

/** What a protected client reports to the resilience it belongs to. */
export type ClientNews =
  | { readonly kind: 'changed' }
  | { readonly kind: 'attempt'; readonly report: AttemptReport }
  | SubscriptionNews;

/** What all clients of a resilience share. */
export interface MemberHost extends Pick<
  GateHost,
  'circuits' | 'retryBudget' | 'onSettled' | 'onRetry' | 'onWouldRefuse'
> {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: Random;
  readonly flushes: Flushes;
  tell(news: ClientNews): void;
  /** A reply of this client's server said something about the server, not about the command. */
  onVerdict(verdict: ReplyVerdict, from: ProtectedClient): void;
  eventLoopLagMs(): number;
}

import type { CauseCode } from '../cause.ts';
import type { LaneCircuits } from '../circuit/lane-circuits.ts';
import type { DatabaseChange } from '../database-report.ts';
import type { Gate } from '../command/gate.ts';
import type { GateParts, Line } from '../command/line.ts';
import type { Settings } from '../options/settings.ts';
import type { Flushes } from '../event-loop/flush.ts';
import type { SubscriptionNews } from './subscriptions.ts';

/** One protected client of a resilience: its main client, or a duplicate of that; each a single client or a Cluster. */
export interface ProtectedClient extends Line {
  readonly gate: Gate;
  readonly connections: number;
  readonly readyConnections: number;
  /** Why some keys cannot be reached although the rest can. */
  readonly partlyAwayBy: CauseCode | undefined;
  /** Drops the socket, for this reason, and dials. */
  drop(cause: CauseCode): void;
  /** Sends a command of our own, past the gate: the answer is the server's. */
  ask(command: string, args: readonly string[]): Promise<unknown>;
  /** The process stood still: circuits that only this client has forget what they counted. */
  forgive(): void;
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

/** What is reported where there are several databases. */
export type DatabaseNews =
  /** Another one is in use from now on: what was learnt of the one before is void. */
  | { readonly kind: 'database-turned' }
  /** Calls pass on it. */
  | { readonly kind: 'database-change'; readonly change: DatabaseChange };

/** What a protected client reports to the resilience it belongs to. */
export type ClientNews =
  | { readonly kind: 'changed' }
  | DatabaseNews
  | { readonly kind: 'attempt'; readonly report: AttemptReport }
  | SubscriptionNews;

/** What all clients of a resilience share, but for the circuits of those that lead to another server. */
export interface ClientParts {
  readonly settings: Settings;
  readonly flushes: Flushes;
  readonly gateParts: GateParts;
  /** Circuits of its own; undefined: those of the resilience. */
  readonly ownCircuits?: LaneCircuits | undefined;
  /** Takes what a client reports. */
  readonly tell: (news: ClientNews) => void;
}

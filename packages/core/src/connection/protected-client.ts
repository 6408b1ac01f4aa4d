import type { CauseCode } from '../cause.ts';
import type { LaneCircuits } from '../circuit/lane-circuits.ts';
import type { DatabaseChange } from '../database-report.ts';
import type { Gate } from '../command/gate.ts';
import type { GateParts, Line } from '../command/line.ts';
import type { Settings } from '../options/settings.ts';
import type { Flushes } from '../event-loop/flush.ts';
import type { ServerFacts } from '../snapshot-detail.ts';
import type { SubscriptionNews } from './subscriptions.ts';

/** One protected client of a resilience: its main client or a duplicate of it, for a single server or a Cluster. */
export interface ProtectedClient extends Line {
  readonly gate: Gate;
  readonly connections: number;
  readonly readyConnections: number;
  /** Undefined before the first connection, and in a Cluster. */
  readonly server: ServerFacts | undefined;
  /** Why some keys cannot be reached although others can; undefined if that is not the case. */
  readonly partlyAwayBy: CauseCode | undefined;
  /** Drops the socket for the given cause, and dials again. */
  drop(cause: CauseCode): void;
  /** Sends an internal command that bypasses the gate, and resolves with the server's reply. */
  ask(command: string, args: readonly string[]): Promise<unknown>;
  /** Call after the process itself has stalled: circuits that belong only to this client discard what they counted. */
  discardCounts(): void;
  /** Sends PING on each connection. */
  ping(): void;
  /** Closes the connections. Resolves when the sockets are gone. */
  disconnect(): Promise<void>;
}

/** One connection attempt: how long it took, why it failed, and when the next one is due. */
export interface AttemptReport {
  readonly durationMs: number;
  readonly cause: CauseCode | undefined;
  readonly nextAttemptMs: number | undefined;
}

/** A report about the Redis database in use, if there are several databases. */
export type DatabaseNews =
  /** Another database is in use from now on, so statistics about the previous one no longer apply. */
  | { readonly kind: 'database-switched' }
  /** Calls are being served by the new database. */
  | { readonly kind: 'database-change'; readonly change: DatabaseChange };

/** A report from a protected client to the resilience that it belongs to. */
export type ClientNews =
  | { readonly kind: 'changed' }
  | DatabaseNews
  | { readonly kind: 'attempt'; readonly report: AttemptReport }
  | SubscriptionNews;

/**
 * The parts that all clients of a resilience share, except the circuits of a client that connects to another server.
 */
export interface ClientParts {
  readonly settings: Settings;
  readonly flushes: Flushes;
  readonly gateParts: GateParts;
  /** Circuits that belong only to this client; undefined if it uses those of the resilience. */
  readonly ownCircuits?: LaneCircuits | undefined;
  /** Whether callers wait for the connection before they send anything on it. Undefined if callers never do. */
  readonly isAwaited?: (() => boolean) | undefined;
  /** Receives the client's reports. */
  readonly tell: (news: ClientNews) => void;
}

import type { CauseCode } from '../cause.ts';
import type { LaneCircuits } from '../circuit/lane-circuits.ts';
import type { DatabaseChange } from '../database-report.ts';
import type { Gate } from '../command/gate.ts';
import type { GateParts, Line } from '../command/line.ts';
import type { Settings } from '../options/settings.ts';
import type { Flushes } from '../event-loop/flush.ts';
import type { ServerFacts } from '../snapshot-detail.ts';
import type { SubscriptionNews } from './subscriptions.ts';

/**
 * One protected client of a `RedisResilience`, connected to a single server or to a Cluster: the main client or a
 * duplicate of the main client.
 */
export interface ProtectedClient extends Line {
  readonly gate: Gate;
  readonly connections: number;
  readonly readyConnections: number;
  /** What the server reported about itself; undefined before the first connection, and for a Cluster. */
  readonly server: ServerFacts | undefined;
  /** Why some keys cannot be reached while others can; undefined if all keys or none can be reached. */
  readonly partlyAwayBy: CauseCode | undefined;
  /** Drops the socket for the given cause, and dials again. */
  drop(cause: CauseCode): void;
  /**
   * Sends one of this library's own commands, and resolves with the reply. Unlike a caller's command, it neither waits
   * nor is retried.
   */
  ask(command: string, args: readonly string[]): Promise<unknown>;
  /**
   * Call after the process itself has stalled: resets the counts of this client's own circuit breakers, if it has any.
   */
  discardCounts(): void;
  /** Sends PING on each connection. */
  ping(): void;
  /** Closes the connections, and resolves when all sockets are gone. */
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
  /** Another database is in use from now on, so statistics about the previous database no longer apply. */
  | { readonly kind: 'database-switched' }
  /** Calls are being served by the new database. */
  | { readonly kind: 'database-change'; readonly change: DatabaseChange };

/** A report from a protected client to its `RedisResilience`. */
export type ClientNews =
  | { readonly kind: 'changed' }
  | DatabaseNews
  | { readonly kind: 'attempt'; readonly report: AttemptReport }
  | SubscriptionNews;

/**
 * What a protected client gets from its `RedisResilience`. All clients share the same parts, except that a client that
 * connects to another server has circuit breakers of its own.
 */
export interface ClientParts {
  readonly settings: Settings;
  readonly flushes: Flushes;
  readonly gateParts: GateParts;
  /**
   * Circuit breakers that belong only to this client; undefined if the client uses those that its `RedisResilience`
   * shares among its clients.
   */
  readonly ownCircuits?: LaneCircuits | undefined;
  /** Returns whether callers are waiting to lease this connection; undefined for a client that is not leased. */
  readonly isAwaited?: (() => boolean) | undefined;
  /** Receives the client's reports. */
  readonly tell: (news: ClientNews) => void;
}

import type { ResilienceTarget } from '@redis-resilience/core';
import type { SimulatedServer } from '../server/simulated-server.ts';

/** The topology of the servers of a run. */
export type Shape = 'single' | 'sentinel' | 'databases';

/** The servers of a run. */
export interface Site {
  readonly servers: readonly SimulatedServer[];
  /** The names of the databases; empty if there is only one. */
  readonly databases: readonly string[];
  /** The target from which the resilience is created. */
  readonly target: ResilienceTarget;
  /** Chooses the server on which a fault happens; `amount` is a number from 0 to 1. */
  serverFor(amount: number): SimulatedServer;
  /** The server that should receive calls now: that of the database in use, or the primary. */
  serving(database: string | undefined): SimulatedServer;
  /** Whether no server can serve calls now. */
  readonly isAway: boolean;
  /** Whether all servers run and agree about their roles. */
  readonly isWhole: boolean;
  /** Makes the sentinels promote another server; undefined if there are no sentinels. */
  failover?(): void;
  /** Kills one of the sentinels; the returned function starts it again. Undefined if there are no sentinels. */
  stopSentinel?(amount: number): () => void;
}

export function isServing(server: SimulatedServer): boolean {
  return server.isRunning && !server.isFrozen && server.mood === 'serves';
}

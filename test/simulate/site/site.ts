import type { ResilienceTarget } from '@redis-resilience/core';
import type { SimulatedServer } from '../server/simulated-server.ts';

/** How the servers of a run stand to each other. */
export type Shape = 'single' | 'sentinel' | 'databases';

/** The servers of a run. */
export interface Site {
  readonly servers: readonly SimulatedServer[];
  /** The names of the databases, where there are several. */
  readonly databases: readonly string[];
  /** What the resilience is made for. */
  readonly target: ResilienceTarget;
  /** The server that a fault meets now; `amount` is from 0 to 1. */
  serverFor(amount: number): SimulatedServer;
  /** The server that calls pass on: that of the database in use, or the primary. */
  serving(database: string | undefined): SimulatedServer;
  /** Whether no server could serve calls now. */
  readonly isAway: boolean;
  /** Whether all servers serve, and know of each other what is true. */
  readonly isWhole: boolean;
  /** Only of a group with sentinels: they make another server the primary. */
  failover?(): void;
  /** Only of a group with sentinels: one of them is killed; the returned function starts it again. */
  stopSentinel?(amount: number): () => void;
}

export function isServing(server: SimulatedServer): boolean {
  return server.isRunning && !server.isFrozen && server.mood === 'serves';
}

import type { OneCommand } from '@redis-resilience/testing/history';
import type { Target } from '../../faults/peers/peer.js';

/** Real servers, and the ways in which they break for all clients at once. */
export interface World {
  readonly faults: readonly WorldFault[];
  /** By name, where there are several; else one without a name. */
  readonly databases: readonly (string | undefined)[];
  /** Where a client connects to. Clients may have a network each, which breaks in the same way at the same moment. */
  targetOf(client: string): Target;
  /** Asks the servers themselves. */
  ask(command: OneCommand, database: string | undefined): Promise<unknown>;
  stop(): Promise<void>;
}

export interface WorldFault {
  readonly name: string;
  /**
   * What the servers may lose of what they acknowledged: `recent` writes, because they were not replicated, or `all`,
   * because nothing was stored.
   */
  readonly losesData?: 'recent' | 'all';
  /**
   * Lasts `forMs`, if it lasts; resolves when the servers serve again. `amount` is from 0 to 1; `key` is one that
   * clients use now.
   */
  run(forMs: number, amount: number, key: string): Promise<void>;
}

/** A kind of world, by the name that the command line has for it. */
export interface WorldKind {
  readonly name: string;
  readonly label: string;
  readonly faultNames: readonly string[];
  /** Why a client cannot live there; undefined if it can. */
  readonly refusalOf?: (client: string) => string | undefined;
  /** `clients` are the names of those that will connect. */
  start(clients: readonly string[]): Promise<World>;
}

import type { OneCommand } from '@redis-resilience/testing/history';
import type { Target } from '../../faults/peers/peer.js';

/** Real servers, and the ways in which they break for all clients at once. */
export interface World {
  readonly faults: readonly WorldFault[];
  /** Names of the databases; if there is only one, it has no name. */
  readonly databases: readonly (string | undefined)[];
  /**
   * Where a client connects to. Clients may have separate proxies, which all fail in the same way at the same
   * time.
   */
  targetOf(client: string): Target;
  /** Sends a command directly to the servers, not through a proxy. */
  ask(command: OneCommand, database: string | undefined): Promise<unknown>;
  stop(): Promise<void>;
}

export interface WorldFault {
  readonly name: string;
  /**
   * What the servers may lose of what they acknowledged: `recent`: writes that were not replicated; `all`:
   * everything, because the server stores nothing.
   */
  readonly losesData?: 'recent' | 'all';
  /**
   * Starts the fault, and resolves when the servers work again. A fault that has a duration lasts `forMs`.
   * `amount` is from 0 to 1; `key` is one that clients use now.
   */
  run(forMs: number, amount: number, key: string): Promise<void>;
}

/** A kind of world, with the name under which the command line selects it. */
export interface WorldKind {
  readonly name: string;
  readonly label: string;
  readonly faultNames: readonly string[];
  /** Returns why a client cannot run in this kind of world; undefined if it can. */
  readonly refusalOf?: (client: string) => string | undefined;
  /** `clients` are the names of those that will connect. */
  start(clients: readonly string[]): Promise<World>;
}

import type { OneCommand } from '@redis-resilience/testing/history';
import type { Target } from '../../faults/peers/peer.js';

/** Real servers, and faults that affect all clients at the same time. */
export interface World {
  readonly faults: readonly WorldFault[];
  /** Names of the databases; if there is only one, it has no name. */
  readonly databases: readonly (string | undefined)[];
  /**
   * Returns the address to which a client connects. Clients may have separate proxies, which all fail in the same way
   * at the same time.
   */
  targetOf(client: string): Target;
  /** Sends a command directly to the servers, not through a proxy. */
  ask(command: OneCommand, database: string | undefined): Promise<unknown>;
  stop(): Promise<void>;
}

export interface WorldFault {
  readonly name: string;
  /**
   * What acknowledged data the servers may lose: `recent`: writes that were not replicated; `all`: everything, because
   * the server stores nothing.
   */
  readonly losesData?: 'recent' | 'all';
  /**
   * Starts the fault, and resolves when the servers work again. A fault that has a duration lasts `forMs`. `amount` is
   * a random number from 0 to 1; `key` is a key that clients currently use.
   */
  run(forMs: number, amount: number, key: string): Promise<void>;
}

/** A kind of servers and faults, with the name under which the command line selects it. */
export interface WorldKind {
  readonly name: string;
  readonly label: string;
  readonly faultNames: readonly string[];
  /** Returns why a client cannot run with these servers; undefined if it can. */
  readonly refusalOf?: (client: string) => string | undefined;
  /** `clients` are the names of the clients that will connect. */
  start(clients: readonly string[]): Promise<World>;
}

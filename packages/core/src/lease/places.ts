import type { CauseCode } from '../cause.ts';
import type { ProtectedClient } from '../connection/protected-client.ts';
import type { LeaseConnection } from './pool/pool-member.ts';
import type { ConnectionState } from '../snapshot.ts';
import type { PoolMain } from './pool/pool-parts.ts';

/** A server to which leased connections are made. */
export interface LeasePlace {
  /** The address of the Cluster node. Empty without a Cluster, or while it is not known which node serves the key. */
  readonly address: string;
  /** The slot of the lease's keys; undefined without a Cluster. */
  readonly slot?: number;
  readonly main: PoolMain;
  /** Creates a connection. `isAwaited` returns whether a caller is waiting for this very connection. */
  readonly connect: (isAwaited: () => boolean) => LeaseConnection;
}

/** The servers to which the leases of a `RedisResilience` lead. */
export interface LeasePlaces {
  /**
   * Returns the server to which a lease that uses these keys has to lead.
   *
   * @throws ConfigurationError on a Cluster, if there are no keys or if the keys belong to several slots
   */
  placeOf(keys: readonly (string | Buffer)[]): LeasePlace;
  /** Whether keys can move from one server to another, as they can in a Cluster. */
  readonly canMove: boolean;
  /** Call when a server has replied that it does not serve the key. */
  trouble(): void;
}

/** Returns the `LeasePlaces` of a client with a single server, to which all leases lead. */
export function onePlace(main: ProtectedClient, connect: LeasePlace['connect']): LeasePlaces {
  const place = { address: '', main: new SharedMain(main), connect };
  return { placeOf: () => place, canMove: false, trouble: () => undefined };
}

/** The shared client, as a pool sees it. */
class SharedMain implements PoolMain {
  readonly #main: ProtectedClient;

  constructor(main: ProtectedClient) {
    this.#main = main;
  }

  get state(): ConnectionState {
    return this.#main.state;
  }

  get cause(): CauseCode | undefined {
    return this.#main.cause;
  }

  get readAt(): number | undefined {
    return this.#main.readAt;
  }

  get changePatienceMs(): number {
    return this.#main.gate.state.changePatienceMs;
  }

  facts(): ReturnType<PoolMain['facts']> {
    return this.#main.gate.state.factsForAll();
  }

  ping(): void {
    this.#main.ping();
  }

  nextAttemptMs(): number | undefined {
    return this.#main.nextAttemptMs();
  }
}

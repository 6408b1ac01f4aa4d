import type { Credentials } from '../redis-resilience.ts';
import type { DatabaseSwitch } from '../databases/database-switch.ts';
import type { ProtectedClient } from '../connection/protected-client.ts';
import type { LeaseConnection } from '../lease/pool/pool-member.ts';
import type { ThawKind } from '../event-loop/process-stall-detector.ts';
import type { SnapshotDetail } from '../snapshot-detail.ts';

/** The actions on the clients of a resilience that differ between single clients and Clusters. */
export interface ClientsControl {
  /** Where there are several databases: keeps one of them in use. */
  readonly databases: DatabaseSwitch | undefined;
  /** Connects the main client, if it is lazy and was not connected yet. */
  wake(): void;
  /** Uses these credentials, or what the provider gives now, for live connections and all later ones. */
  reauthenticate(credentials: Credentials | undefined): Promise<void>;
  /** Makes one more connection, for leases. */
  spare(): LeaseConnection;
  /** Destroys all sockets that are left, and waits until they have closed. */
  closeSockets(): Promise<void>;
  /** Gives back what is shared between resiliences: the dialer. */
  release(): void;
}

/** The main client of a resilience and its duplicates. */
export class ProtectedClients {
  /** The one whose state is the state of the resilience. */
  readonly main: ProtectedClient;
  readonly #control: ClientsControl;
  readonly #clients: Set<ProtectedClient>;

  constructor(main: ProtectedClient, control: ClientsControl) {
    this.main = main;
    this.#control = control;
    this.#clients = new Set([main]);
  }

  /** Adds a duplicate. */
  add(client: ProtectedClient): void {
    this.#clients.add(client);
  }

  /** Removes a duplicate that was closed. The main client stays, even when it is closed. */
  remove(client: ProtectedClient): void {
    if (client !== this.main) this.#clients.delete(client);
  }

  get databases(): DatabaseSwitch | undefined {
    return this.#control.databases;
  }

  detail(): Omit<SnapshotDetail, 'retryBudget' | 'eventLoopLagMs' | 'commands' | 'pool'> {
    let [connections, readyConnections, waiting, waitingBytes, inFlight] = [0, 0, 0, 0, 0];
    for (const client of this.#clients) {
      connections += client.connections;
      readyConnections += client.readyConnections;
      const counts = client.gate.counts();
      waiting += counts.waiting;
      waitingBytes += counts.waitingBytes;
      inFlight += counts.inFlight;
    }
    return { connections, readyConnections, waiting, waitingBytes, inFlight };
  }

  /** How many calls wait or are in flight. */
  pendingCalls(): number {
    const { waiting, inFlight } = this.detail();
    return waiting + inFlight;
  }

  refreshGates(): void {
    for (const client of this.#clients) client.gate.refresh();
  }

  /** After the process stood still, calls get that time back; unless it blocked itself, connections are pinged. */
  thaw(kind: ThawKind, durationMs: number): void {
    for (const client of this.#clients) {
      client.gate.forgiveElapsed(durationMs);
      client.forgive();
      if (kind !== 'blocked') client.ping();
    }
  }

  wake(): void {
    this.#control.wake();
  }

  /** Makes one more connection, for leases. It dials at once. */
  spare(): LeaseConnection {
    return this.#control.spare();
  }

  reauthenticate(credentials: Credentials | undefined): Promise<void> {
    return this.#control.reauthenticate(credentials);
  }

  /** Closes all clients, and waits until their sockets are gone. */
  async disconnect(): Promise<void> {
    this.databases?.close();
    await Promise.all([...this.#clients].map((client) => client.disconnect()));
    await this.#control.closeSockets();
  }

  release(): void {
    this.#control.release();
  }
}

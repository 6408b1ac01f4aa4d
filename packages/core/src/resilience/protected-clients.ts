import { credentialsOf } from '../options/option-readers.ts';
import type { Credentials } from '../redis-resilience.ts';
import type { DatabaseSwitch } from '../databases/database-switch.ts';
import type { ProtectedClient } from '../connection/protected-client.ts';
import type { LeasePlaces } from '../lease/places.ts';
import type { ThawKind } from '../event-loop/process-stall-detector.ts';
import type { SnapshotDetail } from '../snapshot-detail.ts';

/** The operations on the clients of a `RedisResilience` that differ between a single server and a Cluster. */
export interface ClientsControl {
  /** Keeps one of several Redis databases in use; undefined if there is only one. */
  readonly databases: DatabaseSwitch | undefined;
  /** Connects the main client if it is lazy and has not been connected yet. */
  wake(): void;
  /**
   * Sends AUTH on live connections, and uses the same credentials for all later ones. If `credentials` is undefined,
   * the credentials that the credentials provider now returns are used.
   */
  reauthenticate(credentials: Credentials | undefined): Promise<void>;
  /** Returns the servers to which leased connections are made. */
  places(): LeasePlaces;
  /** Destroys all remaining sockets, and waits until they have closed. */
  closeSockets(): Promise<void>;
  /**
   * Releases the dialers. A dialer limits how often a server is dialed, for all clients of this server in the process.
   */
  release(): void;
}

/** The main client of a `RedisResilience`, and its duplicates and leased clients. */
export class ProtectedClients {
  /** The client whose state the snapshot shows. */
  readonly main: ProtectedClient;
  readonly #control: ClientsControl;
  /** Undefined until there is a duplicate. Most instances have none, and an empty set takes 150 bytes. */
  #duplicates: Set<ProtectedClient> | undefined;
  #isClosed = false;

  constructor(main: ProtectedClient, control: ClientsControl) {
    this.main = main;
    this.#control = control;
  }

  /**
   * Adds a duplicate, or a client that the application reconnects after closing it. If `disconnect` has already been
   * called, the added client is disconnected immediately, because nothing else would disconnect it.
   */
  add(client: ProtectedClient): void {
    if (client !== this.main) (this.#duplicates ??= new Set()).add(client);
    if (this.#isClosed) void client.disconnect();
  }

  /** Removes a duplicate that was closed. The main client stays, even if it is closed. */
  remove(client: ProtectedClient): void {
    this.#duplicates?.delete(client);
  }

  get databases(): DatabaseSwitch | undefined {
    return this.#control.databases;
  }

  detail(): Omit<
    SnapshotDetail,
    'retryBudget' | 'eventLoopLagMs' | 'commands' | 'pool' | 'shared' | 'server'
  > {
    let [connections, readyConnections, waiting, waitingBytes, inFlight] = [0, 0, 0, 0, 0];
    for (const client of this.#all()) {
      connections += client.connections;
      readyConnections += client.readyConnections;
      const counts = client.gate.counts();
      waiting += counts.waiting;
      waitingBytes += counts.waitingBytes;
      inFlight += counts.inFlight;
    }
    return { connections, readyConnections, waiting, waitingBytes, inFlight };
  }

  /** Returns the number of calls that are waiting or in flight. */
  pendingCalls(): number {
    const { waiting, inFlight } = this.detail();
    return waiting + inFlight;
  }

  /** Number of the main client's calls that are waiting or in flight. */
  get pendingOfMain(): number {
    const { waiting, inFlight } = this.main.gate.counts();
    return waiting + inFlight;
  }

  line(): { readonly isReady: boolean; readonly readAt: number | undefined } {
    const { state, readAt } = this.main;
    return { isReady: state === 'ready', readAt };
  }

  refreshGates(): void {
    for (const client of this.#all()) client.gate.refresh();
  }

  /**
   * Call after the process has stood still for `durationMs`: extends the deadlines of all calls by this time. Pings the
   * connections, unless the process merely blocked its own event loop.
   */
  thaw(kind: ThawKind, durationMs: number): void {
    for (const client of this.#all()) {
      client.gate.extendDeadlines(durationMs);
      client.discardCounts();
      if (kind !== 'blocked') client.ping();
    }
  }

  wake(): void {
    this.#control.wake();
  }

  /** The servers to which leased connections are made. */
  get places(): LeasePlaces {
    return this.#control.places();
  }

  async reauthenticate(credentials: Credentials | undefined): Promise<void> {
    if (credentials !== undefined) credentialsOf(credentials, 'reauthenticate.credentials');
    await this.#control.reauthenticate(credentials);
  }

  /** Closes all clients, and waits until their sockets are gone. */
  async disconnect(): Promise<void> {
    this.#isClosed = true;
    this.databases?.close();
    await Promise.all(this.#all().map((client) => client.disconnect()));
    await this.#control.closeSockets();
  }

  release(): void {
    this.#control.release();
  }

  #all(): readonly ProtectedClient[] {
    return [this.main, ...(this.#duplicates ?? [])];
  }
}

import type { Credentials } from '../redis-resilience.ts';
import type { ProtectedClient } from '../connection/protected-client.ts';
import type { ThawKind } from '../event-loop/process-stall-detector.ts';
import type { SnapshotDetail } from '../snapshot-detail.ts';

/** What the topology adds to a set of members. */
export interface ClientsControl {
  /** Makes the driver connect, where it was told to be lazy. */
  wake(): void;
  /** Uses these credentials, or what the provider gives now, for live connections and all later ones. */
  reauthenticate(credentials: Credentials | undefined): Promise<void>;
  /** Destroys the sockets that are left, of whatever purpose, and waits until they are gone. */
  closeSockets(): Promise<void>;
  /** Gives back what is shared between resiliences: the dialer. */
  release(): void;
}

/** The main client of a resilience and its duplicates. */
export class ProtectedClients {
  readonly #control: ClientsControl;
  readonly #members = new Set<ProtectedClient>();
  #main: ProtectedClient | undefined;

  constructor(control: ClientsControl) {
    this.#control = control;
  }

  /** The one whose state is the state of the resilience. */
  get main(): ProtectedClient {
    if (this.#main === undefined) throw new Error('A resilience without a client was asked for it.');
    return this.#main;
  }

  add(member: ProtectedClient): void {
    this.#main ??= member;
    this.#members.add(member);
  }

  /** A duplicate was closed; the main client stays, also when it is. */
  remove(member: ProtectedClient): void {
    if (member !== this.#main) this.#members.delete(member);
  }

  detail(): Omit<SnapshotDetail, 'retryBudget' | 'eventLoopLagMs' | 'commands'> {
    let [connections, readyConnections, waiting, waitingBytes, inFlight] = [0, 0, 0, 0, 0];
    for (const member of this.#members) {
      connections += member.connections;
      readyConnections += member.readyConnections;
      const counts = member.gate.counts();
      waiting += counts.waiting;
      waitingBytes += counts.waitingBytes;
      inFlight += counts.inFlight;
    }
    return { connections, readyConnections, waiting, waitingBytes, inFlight };
  }

  refreshGates(): void {
    for (const member of this.#members) member.gate.refresh();
  }

  /** After the process stood still: old times are void, and each connection is asked for a sign of life. */
  thaw(kind: ThawKind, durationMs: number): void {
    for (const member of this.#members) {
      member.gate.forgiveElapsed(durationMs);
      if (kind !== 'blocked') member.ping();
    }
  }

  wake(): void {
    this.#control.wake();
  }

  reauthenticate(credentials: Credentials | undefined): Promise<void> {
    return this.#control.reauthenticate(credentials);
  }

  /** Closes all clients, and waits until their sockets are gone. */
  async disconnect(): Promise<void> {
    await Promise.all([...this.#members].map((member) => member.disconnect()));
    await this.#control.closeSockets();
  }

  release(): void {
    this.#control.release();
  }
}

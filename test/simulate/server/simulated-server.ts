import type { Keyspace } from '../../../packages/testing/src/history/model/keyspace.ts';
import { nothingStored } from '../../../packages/testing/src/history/model/redis-model.ts';
import { failure } from '../../core/fakes/reply-text.ts';
import type { MemorySocket } from '../../core/fakes/memory-socket.ts';
import type { SimulatedNetwork } from '../network/simulated-network.ts';
import type { SimulatedTime } from '../time/simulated-time.ts';
import { ServerConnection } from './server-connection.ts';

/** Whether the server runs commands; otherwise, the reason with which it rejects them. */
export type ServerMood = 'serves' | 'loading' | 'busy';

/** The reason for which the server rejects writes. */
export type WriteRefusal = 'out-of-memory' | 'persistence' | undefined;

/** Records which commands ran, by the tags in their arguments. */
export interface Ledger {
  ran(args: readonly string[]): void;
  /** Called when a client subscribes to a channel to which the connection is already subscribed. */
  subscribedAgain(channel: string): void;
}

/** The data that survive a restart if the server is persistent. */
interface Store {
  keyspace: Keyspace;
  readonly expiries: Map<string, number>;
  /** What `applyOnce` remembers. */
  readonly answers: Map<string, string>;
  /** The number of writes to each key, for WATCH. */
  readonly versions: Map<string, number>;
}

/** The objects that all servers of a run share. */
export interface ServerParts {
  readonly time: SimulatedTime;
  readonly network: SimulatedNetwork;
  readonly ledger: Ledger;
  /** Whether the servers keep their data when they are killed. */
  readonly isPersistent: boolean;
}

/**
 * A Redis in memory, on simulated time, with the commands of the history model and those that core sends on its own.
 */
export class SimulatedServer {
  readonly time: SimulatedTime;
  /** Host and port. */
  readonly address: string;
  readonly ledger: Ledger;
  readonly isPersistent: boolean;
  /** The texts of the loaded scripts, by digest. */
  readonly scripts = new Map<string, string>();
  store: Store = emptyStore();
  mood: ServerMood = 'serves';
  role: 'master' | 'slave' = 'master';
  password: string | undefined;
  maxClients = Infinity;
  writeRefusal: WriteRefusal;
  /** How long each reply is delayed, in milliseconds. */
  slowMs = 0;
  /** If set, replies are sent in pieces of this many bytes, one each millisecond. */
  trickleBytes: number | undefined;
  isRunning = false;
  readonly #network: SimulatedNetwork;
  readonly #connections = new Set<ServerConnection>();
  #lastId = 0;
  #runs = 0;
  #isFrozen = false;
  #holdsWrites = false;
  #isDemotedAsleep = false;

  constructor({ time, network, ledger, isPersistent }: ServerParts, address: string) {
    this.time = time;
    this.#network = network;
    this.ledger = ledger;
    this.isPersistent = isPersistent;
    this.address = address;
    this.start();
  }

  get runId(): string {
    return `${this.address}/${this.#runs}`;
  }

  get connections(): readonly ServerConnection[] {
    return [...this.#connections];
  }

  get isFrozen(): boolean {
    return this.#isFrozen;
  }

  get holdsWrites(): boolean {
    return this.#holdsWrites;
  }

  start(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    this.#runs++;
    this.#lastId = 0;
    this.scripts.clear();
    if (!this.isPersistent) this.store = emptyStore();
    this.listen();
  }

  /** As killed. */
  stop(): void {
    if (!this.isRunning) return;
    this.isRunning = false;
    this.refuse();
    this.#hangUp();
  }

  listen(): void {
    if (this.isRunning) this.#network.listen(this.address, (socket) => this.#accept(socket));
  }

  /** Refuses new connections; existing ones continue to work. */
  refuse(): void {
    this.#network.stopListening(this.address);
  }

  freeze(): void {
    this.#isFrozen = true;
  }

  thaw(): void {
    this.#isFrozen = false;
    if (this.#isDemotedAsleep) this.#hangUp();
    this.#isDemotedAsleep = false;
    this.#goOn();
    for (const connection of this.#connections) {
      if (connection.socket.destroyed) this.#connections.delete(connection);
    }
  }

  /**
   * Makes the server a replica because another one is the primary: it closes all connections, as soon as it
   * is not frozen, and runs no more commands of its clients.
   */
  demote(): void {
    this.role = 'slave';
    if (this.#isFrozen) this.#isDemotedAsleep = true;
    else this.#hangUp();
  }

  holdWrites(): void {
    this.#holdsWrites = true;
  }

  releaseWrites(): void {
    this.#holdsWrites = false;
    this.#goOn();
  }

  /** Must be called after keys were written: clients that are blocked on them continue. */
  written(keys: readonly string[]): void {
    for (const key of keys) this.store.versions.set(key, (this.store.versions.get(key) ?? 0) + 1);
    for (const connection of this.#connections) if (connection.blocksOn(keys)) connection.goOn();
  }

  publish(channel: string, message: string): number {
    return this.connections.filter((connection) => connection.deliver(channel, message)).length;
  }

  #hangUp(): void {
    for (const connection of this.#connections) connection.socket.resetAndDestroy();
    this.#connections.clear();
  }

  #goOn(): void {
    for (const connection of this.#connections) connection.goOn();
  }

  #accept(socket: MemorySocket): void {
    if (this.#connections.size >= this.maxClients) {
      socket.end(failure('ERR max number of clients reached'));
      socket.resume();
      return;
    }
    const connection = new ServerConnection(this, socket, ++this.#lastId);
    this.#connections.add(connection);
    // A frozen server runs the commands that it has received as soon as it continues, even if their client has
    // disconnected meanwhile.
    socket.once('close', () => {
      if (!this.#isFrozen) this.#connections.delete(connection);
    });
  }
}

function emptyStore(): Store {
  return { keyspace: nothingStored, expiries: new Map(), answers: new Map(), versions: new Map() };
}

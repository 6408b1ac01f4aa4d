import type { Clock } from '../../../packages/core/src/clock.ts';
import type { ClusterMap } from './cluster-map.ts';
import type { FakeNetwork } from './fake-network.ts';
import type { MemorySocket } from './memory-socket.ts';
import { failure } from './reply-text.ts';
import { ServerClient } from './server-client.ts';

/**
 * Whether the server runs commands; otherwise it replies that it is loading, that it is busy with a script,
 * or that it is a replica without its primary.
 */
export type ServerMood = 'serves' | 'loading' | 'busy' | 'stale';

export interface FakeServerOptions {
  readonly clock: Clock;
  readonly network: FakeNetwork;
  readonly host?: string;
  readonly port?: number;
}

/**
 * A Redis in memory: it replies like redis-server to the handshake, to a few commands and to subscriptions, and can
 * fail as a real server does.
 */
export class FakeServer {
  readonly clock: Clock;
  readonly host: string;
  readonly port: number;
  readonly data = new Map<string, string>();
  readonly lists = new Map<string, readonly string[]>();
  mood: ServerMood = 'serves';
  role: 'master' | 'slave' = 'master';
  password: string | undefined;
  maxClients = Infinity;
  /** The cluster to which the server belongs, and whether the server reports that the cluster is up. */
  clusterMap: ClusterMap | undefined;
  clusterState: 'ok' | 'fail' = 'ok';
  /**
   * Errors with which the server replies to some commands, by command name: such as NOPERM, or ERR for a
   * command that the server does not know.
   */
  readonly refuses = new Map<string, string>();
  /** The names of the commands that the server received, in order. */
  readonly ran: string[] = [];
  readonly #network: FakeNetwork;
  readonly #clients = new Set<ServerClient>();
  #runs = 0;
  #lastId = 0;
  #isFrozen = false;
  #holdsWrites = false;

  constructor({ clock, network, host = '10.0.0.1', port = 6379 }: FakeServerOptions) {
    this.clock = clock;
    this.host = host;
    this.port = port;
    this.#network = network;
    this.start();
  }

  get address(): string {
    return `${this.host}:${this.port}`;
  }

  get runId(): string {
    return `${this.address}/${this.#runs}`;
  }

  /** The connected clients, oldest first. */
  get clients(): readonly ServerClient[] {
    return [...this.#clients];
  }

  get holdsWrites(): boolean {
    return this.#holdsWrites;
  }

  clientOf(id: string | undefined): ServerClient | undefined {
    return this.clients.find((client) => String(client.id) === id);
  }

  /** Starts the server as a new process, which numbers its clients from 1. */
  start(): void {
    this.#runs++;
    this.#lastId = 0;
    this.#network.listen(this.address, (socket) => this.#accept(socket));
  }

  /** Behaves like a killed server: breaks all connections, and refuses new ones. */
  stop(): void {
    this.#network.stopListening(this.address);
    this.hangUp();
  }

  /** Breaks all connections. */
  hangUp(): void {
    for (const client of this.#clients) client.socket.resetAndDestroy();
  }

  /** Freezes the server as SIGSTOP would: the kernel still accepts connections and bytes, but there are no replies. */
  freeze(): void {
    this.#isFrozen = true;
    for (const client of this.#clients) client.freeze();
  }

  thaw(): void {
    this.#isFrozen = false;
    for (const client of this.#clients) client.thaw();
  }

  /** Holds back writes, as after CLIENT PAUSE WRITE. */
  holdWrites(): void {
    this.#holdsWrites = true;
  }

  releaseWrites(): void {
    this.#holdsWrites = false;
    for (const client of this.#clients) client.releaseWrites();
  }

  /** Returns the number of clients that received the message. */
  publish(channel: string, message: string): number {
    return this.clients.filter(({ subscriptions }) => subscriptions.deliver(channel, message)).length;
  }

  #accept(socket: MemorySocket): void {
    if (this.#clients.size >= this.maxClients) {
      socket.end(failure('ERR max number of clients reached'));
      socket.resume();
      return;
    }
    const client = new ServerClient(this, socket, ++this.#lastId);
    this.#clients.add(client);
    socket.once('close', () => this.#clients.delete(client));
    if (this.#isFrozen) client.freeze();
  }
}

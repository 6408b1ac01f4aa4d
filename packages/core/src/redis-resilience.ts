import type { Cluster, Redis } from './ioredis/clients.ts';
import type { ResilienceEvent, ResilienceEvents } from './observability/events.ts';
import type { HistoryEntry } from './observability/history.ts';
import type { Lane, RedisSnapshot } from './snapshot.ts';
import type { SnapshotDetail } from './snapshot-detail.ts';

/** Options of {@link RedisResilience.execute}. */
export interface ExecuteOptions<T> {
  /** What to do in place of Redis. It runs when the operation failed because Redis is away, not on reply errors. */
  readonly fallback?: (error: Error) => T | Promise<T>;
  /** Bounds the whole operation, all its commands together. Default: the deadline of a single command. */
  readonly timeoutMs?: number;
  /** Cancels: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** The lane whose circuit is asked before the operation starts. Default `read`. */
  readonly lane?: Lane;
}

/** Credentials for AUTH. Without a user name: the `default` user. */
export interface Credentials {
  readonly username?: string | undefined;
  readonly password: string;
}

/** One protected connection target: the client, and everything known about whether it can be used. */
export interface RedisResilience<Client extends Redis | Cluster = Redis | Cluster> {
  readonly name: string;
  /** The ioredis client, as users know it. Every command on it, and on its `duplicate()`s, is protected. */
  readonly client: Client;
  /** The present picture: synchronous, no I/O, frozen, the same object until something changes. */
  snapshot(): RedisSnapshot;
  /** Live counts, taken at the call. */
  detail(): SnapshotDetail;
  /** Listens; the returned function stops. What a listener throws is contained and reported as `listener-error`. */
  on<E extends ResilienceEvent>(event: E, listener: (payload: ResilienceEvents[E]) => void): () => void;
  /**
   * Runs an operation of one or more commands under one deadline, with a fallback.
   *
   * @throws {@link CircuitOpenError}, {@link RedisUnavailableError}, {@link CommandTimeoutError}, or what the operation threw
   */
  execute<T>(
    operation: (client: Client, signal: AbortSignal) => Promise<T>,
    options?: ExecuteOptions<T>,
  ): Promise<T>;
  /**
   * Applies a command at most once on the server, and retries until it is acknowledged. A repeat with the same id,
   * from any process, gets the answer of the first execution. What a lost, unreplicated primary can still undo is
   * said in the README.
   */
  applyOnce(id: string, command: string, ...args: readonly (string | number | Buffer)[]): Promise<unknown>;
  /** The last status changes and slow or failed commands, oldest first, bounded. */
  history(): readonly HistoryEntry[];
  /** Warm-up: resolves when up. Never needed before use. Rejects after `timeoutMs` (default: no limit) or on abort. */
  ready(options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal }): Promise<void>;
  /** Drops the socket and dials now. Resolves when the connection is ready again. */
  reconnect(reason?: string): Promise<void>;
  /**
   * Authenticates live connections, and all later ones, with new credentials or with what the provider gives now.
   *
   * @throws {@link RedisUnavailableError} with the reason `auth` when the server refuses them
   */
  reauthenticate(credentials?: Credentials): Promise<void>;
  /** Takes Redis out of use by hand; the returned function puts it back. Counted: all holders must put it back. */
  isolate(reason: string): () => void;
  /** Lets pending commands finish for up to `drainMs` (default 1,000), then closes. Leaves no socket, timer or listener. */
  close(options?: { readonly drainMs?: number }): Promise<void>;
}

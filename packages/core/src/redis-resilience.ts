import type { Cluster, Redis } from './ioredis/clients.ts';
import type { ResilienceEvent, ResilienceEvents } from './observability/events.ts';
import type { HistoryEntry } from './observability/history.ts';
import type { Lane, RedisSnapshot } from './snapshot.ts';
import type { SnapshotDetail } from './snapshot-detail.ts';

/** Options of {@link RedisResilience.execute}. */
export interface ExecuteOptions<T> {
  /**
   * Answers in place of Redis when the operation fails with an error of this library, except `CONFIGURATION` and
   * `WATCH_LOST`. It does not run on an error reply of the server, nor on an error of the operation's own code.
   */
  readonly fallback?: (error: Error) => T | Promise<T>;
  /** Bounds the whole operation, all its commands together. Default: `timeoutMs` of the resilience. */
  readonly timeoutMs?: number;
  /** Cancels the operation: its promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** The lane whose circuit is checked before the operation starts. Default `read`. */
  readonly lane?: Lane;
}

/** Credentials for AUTH. Without a user name: the `default` user. */
export interface Credentials {
  readonly username?: string | undefined;
  readonly password: string;
}

/** One protected client, and all that is known of whether its Redis can be used. */
export interface RedisResilience<Client extends Redis | Cluster = Redis | Cluster> {
  readonly name: string;
  /** The ioredis client. Every command on it, and on the clients that its `duplicate()` makes, is protected. */
  readonly client: Client;
  /** The present state: synchronous, without I/O, frozen, and the same object until something changes. */
  snapshot(): RedisSnapshot;
  /** Counts as of this call: connections, commands, the retry budget. */
  detail(): SnapshotDetail;
  /** Adds a listener; the returned function removes it. An error that a listener throws becomes `listener-error`. */
  on<E extends ResilienceEvent>(event: E, listener: (payload: ResilienceEvents[E]) => void): () => void;
  /**
   * Runs an operation of one or more commands under one deadline, with a fallback. The operation is not started while
   * the circuit of its lane refuses all commands, or after `close()`.
   *
   * @throws {@link CircuitOpenError}, {@link RedisUnavailableError}, {@link CommandTimeoutError}, or what the operation threw
   */
  execute<T>(
    operation: (client: Client, signal: AbortSignal) => Promise<T>,
    options?: ExecuteOptions<T>,
  ): Promise<T>;
  /**
   * Applies a command at most once on the server, and retries until it is acknowledged. A repeat with the same id,
   * from any process, gets the answer of the first execution. A primary that is lost before it has replicated the write
   * loses the write and the memory of it together: the README says what follows.
   */
  applyOnce(id: string, command: string, ...args: readonly (string | number | Buffer)[]): Promise<unknown>;
  /** The last status changes and slow or failed commands, oldest first, bounded. */
  history(): readonly HistoryEntry[];
  /**
   * Resolves when the status is `up`. Never needed before use: it serves to warm up. Rejects with
   * {@link RedisUnavailableError} after `timeoutMs` (default: no limit) and when the resilience is closed, and with the
   * signal's reason on abort.
   */
  ready(options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal }): Promise<void>;
  /** Drops the client's connection and connects again. Resolves once `up`. `reason` appears in debug lines only. */
  reconnect(reason?: string): Promise<void>;
  /**
   * Uses these credentials, or those that the provider gives now, on live connections (AUTH) and on all later ones.
   *
   * @throws {@link RedisUnavailableError} with the reason `auth` when the server refuses them
   */
  reauthenticate(credentials?: Credentials): Promise<void>;
  /**
   * Takes Redis out of use by hand: every command fails at once with {@link CircuitOpenError}. The returned function
   * ends this isolation; Redis is in use again when all isolations have ended. The reason of the oldest one ends
   * `snapshot().cause.message`; it is the application's own text, so health answers do not show it.
   */
  isolate(reason: string): () => void;
  /** Gives pending commands `drainMs` (default 1,000) to finish, then closes. Leaves no socket, timer or listener. */
  close(options?: { readonly drainMs?: number }): Promise<void>;
}

import type { Cluster, Redis } from './ioredis/clients.ts';
import type { DatabaseReport } from './database-report.ts';
import type { ResilienceEvent, ResilienceEvents } from './observability/events.ts';
import type { HistoryEntry } from './observability/history.ts';
import type { Lane, RedisSnapshot } from './snapshot.ts';
import type { SnapshotDetail } from './snapshot-detail.ts';

/** An argument of a command passed to `applyOnce`. */
export type OnceArgument = string | number | Buffer;

/** Options of {@link RedisResilience.applyOnce}, passed in place of its id. */
export interface ApplyOnceOptions {
  /** The id of the write, which is remembered for `retry.rememberMs`. Required. */
  readonly id: string;
  /** Time limit for the acknowledgement of the write. Default: no limit. */
  readonly timeoutMs?: number;
  /** Stops the call when it aborts: the promise rejects with the signal's reason. The write may have been applied. */
  readonly signal?: AbortSignal | undefined;
  /**
   * If several Redis databases are configured, the only one on which the write may be applied, because an earlier
   * process may have sent it there. While another one is in use, the call fails immediately with `REDIS_UNAVAILABLE`.
   * Default: the one in use.
   */
  readonly database?: string | undefined;
}

/** Options of {@link RedisResilience.execute}. */
export interface ExecuteOptions<T> {
  /**
   * Provides the result when the operation fails with an error of this library, except `CONFIGURATION`, `WATCH_LOST`
   * and `LEASE_ENDED`. It is not called for an error reply of the server or for an error in the operation's own code. Default: none.
   */
  readonly fallback?: (error: Error) => T | Promise<T>;
  /** Time limit for the whole operation, including all its commands. Default: `timeoutMs` of the resilience. */
  readonly timeoutMs?: number;
  /** Cancels the operation: its promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** The lane whose circuit is checked before the operation starts. Default `read`. */
  readonly lane?: Lane;
}

/** Options of {@link RedisResilience.lease}. */
export interface LeaseOptions {
  /** Name of the work in the event `lease-overdue`. Default: none. */
  readonly name?: string;
  /**
   * Time limit for the whole lease: waiting for a connection, and the work. Default: only the wait is limited, by
   * `timeoutMs` of the resilience; each command of the work has its own deadline.
   */
  readonly timeoutMs?: number;
  /** Ends the lease: its promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** A key that the work uses, required in a Cluster: the connection goes to the node that serves it. Default: none. */
  readonly key?: string | Buffer;
}

/** The work of a lease. It has exclusive use of the client while it runs; afterwards the client sends nothing. */
export type LeaseWork<T> = (client: Redis) => T | Promise<T>;

/** Options of {@link RedisResilience.transaction}. */
export interface TransactionOptions {
  /** Name of the work in the event `lease-overdue`. Default: none. */
  readonly name?: string;
  /** Maximum number of times the work is run if other clients keep changing the keys. Default 20. */
  readonly attempts?: number;
  /** Time limit for all attempts together. Default: `timeoutMs` of the resilience. */
  readonly timeoutMs?: number;
  /** Ends the transaction: its promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The client of a transaction: read the watched keys with it, then write with `commit`. */
export interface TransactionClient extends Redis {
  /**
   * Sends the commands that `queue` calls as one MULTI and EXEC, and resolves with the replies to those it returns. If
   * another client has changed a watched key, none of them runs, and the work of the transaction starts over.
   *
   * @example
   * const [left, right] = await tx.commit((multi) => [multi.decrby('left', 5), multi.incrby('right', 5)]);
   */
  commit<const Answers extends readonly unknown[]>(
    queue: (multi: Redis) => Answers,
  ): Promise<{ -readonly [Index in keyof Answers]: Awaited<Answers[Index]> }>;
}

/** The work of a transaction. It may run several times, so it must have no side effects that cannot be repeated. */
export type TransactionWork<T> = (tx: TransactionClient) => T | Promise<T>;

/** Credentials for AUTH. Without a user name, they apply to the `default` user. */
export interface Credentials {
  readonly username?: string | undefined;
  readonly password: string;
}

/** A protected client, and everything known about the availability of its Redis. */
export interface RedisResilience<Client extends Redis | Cluster = Redis | Cluster> {
  readonly name: string;
  /** The ioredis client. Every command on it, and on the clients that its `duplicate()` makes, is protected. */
  readonly client: Client;
  /** Returns the current state: synchronously, without I/O, frozen, and the same object until something changes. */
  snapshot(): RedisSnapshot;
  /** Returns current counts: connections, commands, the retry budget. */
  detail(): SnapshotDetail;
  /**
   * Adds a listener; the returned function removes it. An error that a listener throws is emitted as `listener-error`.
   */
  on<E extends ResilienceEvent>(event: E, listener: (payload: ResilienceEvents[E]) => void): () => void;
  /**
   * Runs an operation of one or more commands under one deadline, with a fallback. The operation is not started while
   * the circuit of its lane rejects all commands, or after `close()`.
   *
   * @throws {@link CircuitOpenError}, {@link RedisUnavailableError}, {@link CommandTimeoutError}, or the error that the
   *   operation threw
   */
  execute<T>(
    operation: (client: Client, signal: AbortSignal) => Promise<T>,
    options?: ExecuteOptions<T>,
  ): Promise<T>;
  /**
   * Applies a command at most once on the server, and retries until it is acknowledged. A repeat with the same id, from
   * any process, gets the reply of the first execution. An id belongs to the command's key: with another key it is
   * another write. A primary that is lost before it has replicated the write loses both the write and the record of it:
   * the README explains the consequences. If several Redis databases are configured, an id that may have reached one of
   * them is never sent to another. Options may be passed in place of the id: `{ id, timeoutMs, signal }`.
   *
   * @throws {@link OutcomeUnknownError} when the id may have reached a database that is not in use now;
   *   {@link ConfigurationError} for an argument that is not a string, number or Buffer, and for an id that was used
   *   with another command; {@link OverloadedError} when `admission.maxWaiting` calls are already waiting
   */
  applyOnce(
    id: string | ApplyOnceOptions,
    command: string,
    ...args: readonly OnceArgument[]
  ): Promise<unknown>;
  /**
   * Runs the work with exclusive use of a connection, which afterwards returns to the pool in a clean state, however
   * the work ends. Use it for WATCH, blocking commands, SELECT and very large values; for everything else use `client`.
   * The option `pool` configures the pool. The leased client rejects every call made after the work.
   *
   * @throws {@link OverloadedError} when no connection is free in time, or immediately for a lease inside a lease when
   *   the pool is full; the errors of a command while Redis is unavailable; {@link CommandTimeoutError} after
   *   `timeoutMs`; the error that the work threw
   * @example
   * const job = await resilience.lease((client) => client.blpop('jobs', 5));
   */
  lease<T>(work: LeaseWork<T>, options?: LeaseOptions): Promise<T>;
  /**
   * Runs an optimistic transaction: watches the keys on a leased connection, and runs the work, which reads and then
   * calls `tx.commit`. Runs the work again if another client has changed a key, or if the connection was lost before
   * EXEC was sent.
   *
   * @throws {@link WatchLostError} when no attempt succeeded, so nothing was written; {@link OutcomeUnknownError} when
   *   the connection broke after EXEC was sent; and the errors of {@link RedisResilience.lease}
   * @example
   * await resilience.transaction(['stock'], async (tx) => {
   *   if (Number(await tx.get('stock')) < 1) return 'sold out';
   *   const [left] = await tx.commit((multi) => [multi.decr('stock')]);
   *   return `${left} left`;
   * });
   */
  transaction<T>(
    keys: readonly (string | Buffer)[],
    work: TransactionWork<T>,
    options?: TransactionOptions,
  ): Promise<T>;
  /** Returns the most recent status changes and slow or failed commands, oldest first. Their number is bounded. */
  history(): readonly HistoryEntry[];
  /**
   * Resolves when the status is `up`. Not required before use; useful for warming up. Rejects with
   * {@link RedisUnavailableError} after `timeoutMs` (default: no limit) or when the resilience is closed, and with the
   * signal's reason on abort.
   */
  ready(options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal }): Promise<void>;
  /**
   * Drops the client's connection and reconnects. Resolves once the status is `up`. `reason` appears only in debug
   * lines.
   */
  reconnect(reason?: string): Promise<void>;
  /**
   * Applies these credentials, or those that the provider now returns, to live connections (with AUTH) and to all later
   * ones. Credentials that are given here take the place of the provider, which is not asked again.
   *
   * @throws {@link RedisUnavailableError} with the reason `auth` when the server refuses them
   */
  reauthenticate(credentials?: Credentials): Promise<void>;
  /** Returns a report on each Redis database, in their configured order; empty if there is only one. */
  databases(): readonly DatabaseReport[];
  /**
   * Switches to another Redis database: the named one, or else the best of the others that respond. If the database in
   * use is healthy, the commands in flight are completed first. Resolves when calls succeed on the new database. It
   * stays in use until it becomes unavailable or `failover` is called again; until then automatic failback is
   * suspended, unless that database is the preferred one.
   *
   * @throws {@link ConfigurationError} if there is no database of this name
   * @throws {@link RedisUnavailableError} if it does not respond, or if there was no moment without calls in flight at
   *   which to switch
   */
  failover(name?: string): Promise<void>;
  /**
   * Changes the weight of a database. If this makes another database the preferred one, calls switch to it once it has
   * been healthy for `failback.afterMs`; the commands in flight are completed first.
   *
   * @throws {@link ConfigurationError} if there is no database of this name, or the weight is not a number of at least
   *   0
   */
  setDatabaseWeight(name: string, weight: number): void;
  /**
   * Takes Redis out of use manually: every command fails immediately with {@link CircuitOpenError}. The returned
   * function ends this isolation; Redis is in use again when all isolations have ended. The reason of the oldest
   * isolation is appended to `snapshot().cause.message`; it is the application's own text, so health responses do not
   * show it.
   */
  isolate(reason: string): () => void;
  /**
   * Waits up to `drainMs` (default 1,000) for pending commands to finish, then closes. Leaves no socket, timer or
   * listener.
   */
  close(options?: { readonly drainMs?: number }): Promise<void>;
}

import type { Cluster, Redis } from './ioredis/clients.ts';
import type { DatabaseReport } from './database-report.ts';
import type { ResilienceEvent, ResilienceEvents } from './observability/events.ts';
import type { HistoryEntry } from './observability/history.ts';
import type { Lane, RedisSnapshot } from './snapshot.ts';
import type { SnapshotDetail } from './snapshot-detail.ts';

/** An argument of a command passed to `applyOnce`. */
export type OnceArgument = string | number | Buffer;

/**
 * Options of {@link RedisResilience.applyOnce}. The object takes the place of the argument `id`, and contains the id.
 */
export interface ApplyOnceOptions {
  /** The id of the write, which Redis remembers for `retry.rememberMs`. Required. */
  readonly id: string;
  /** Time limit for the acknowledgement of the write. Default: no limit. */
  readonly timeoutMs?: number;
  /**
   * When the signal aborts, retries stop and the promise rejects with the signal's reason. The write may have been
   * applied before the abort.
   */
  readonly signal?: AbortSignal | undefined;
  /**
   * Name of the only database on which the write may be applied, if several Redis databases are configured. Set this
   * option if an earlier process may have sent the write to the named database. While another database is in use, the
   * call fails immediately with `REDIS_UNAVAILABLE`. Default: the database in use.
   */
  readonly database?: string | undefined;
}

/** Options of {@link RedisResilience.execute}. */
export interface ExecuteOptions<T> {
  /**
   * Provides the result when the operation fails with an error of this library, except `CONFIGURATION`, `WATCH_LOST`
   * and `LEASE_ENDED`. The fallback is not called for an error reply of the server or for an error in the operation's
   * own code. Default: no fallback; the error is thrown.
   */
  readonly fallback?: (error: Error) => T | Promise<T>;
  /**
   * Time limit for the whole operation, including all its commands. Default: the option `timeoutMs` of the
   * `RedisResilience`.
   */
  readonly timeoutMs?: number;
  /** When the signal aborts, the promise of `execute` rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Which of the two circuits is checked before the operation starts. Default `read`. */
  readonly lane?: Lane;
}

/** Options of {@link RedisResilience.lease}. */
export interface LeaseOptions {
  /** Name of the work in the event `lease-overdue`. Default: none. */
  readonly name?: string;
  /**
   * Time limit for the wait for a connection and the work together. Default: only the wait for a connection is limited,
   * by the option `timeoutMs` of the `RedisResilience`; each command of the work has its own deadline.
   */
  readonly timeoutMs?: number;
  /** When the signal aborts, the lease ends, and its promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** A key that the work uses. Required in a Cluster, to connect to the node that serves this key. Default: none. */
  readonly key?: string | Buffer;
}

/**
 * A function that works with a leased connection. No other caller uses the client while the function runs, and the
 * client rejects all calls after the function has ended.
 */
export type LeaseWork<T> = (client: Redis) => T | Promise<T>;

/** Options of {@link RedisResilience.transaction}. */
export interface TransactionOptions {
  /** Name of the work in the event `lease-overdue`. Default: none. */
  readonly name?: string;
  /** How many times the work is run at most if other clients keep changing the keys. Default 20. */
  readonly attempts?: number;
  /** Time limit for all attempts together. Default: the option `timeoutMs` of the `RedisResilience`. */
  readonly timeoutMs?: number;
  /** When the signal aborts, the transaction ends, and its promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The client of a transaction: read the watched keys with it, then write with `commit`. */
export interface TransactionClient extends Redis {
  /**
   * Sends the commands that the function `queue` calls, as one MULTI and EXEC. `queue` returns an array of the promises
   * of these calls, and the promise of `commit` resolves with their replies. If another client has changed a watched
   * key, no command runs, and the work of the transaction starts over.
   *
   * @example
   * const [left, right] = await tx.commit((multi) => [multi.decrby('left', 5), multi.incrby('right', 5)]);
   */
  commit<const Answers extends readonly unknown[]>(
    queue: (multi: Redis) => Answers,
  ): Promise<{ -readonly [Index in keyof Answers]: Awaited<Answers[Index]> }>;
}

/**
 * The function that performs a transaction; it may run several times, so it must have no side effects that cannot be
 * repeated.
 */
export type TransactionWork<T> = (tx: TransactionClient) => T | Promise<T>;

/** Credentials for AUTH. Without a user name, the password is that of the `default` user. */
export interface Credentials {
  readonly username?: string | undefined;
  readonly password: string;
}

/** A protected client, and everything known about the availability of its Redis. */
export interface RedisResilience<Client extends Redis | Cluster = Redis | Cluster> {
  readonly name: string;
  /**
   * The ioredis client. Every command on this client, and on the clients that its `duplicate()` makes, is protected.
   */
  readonly client: Client;
  /**
   * Returns the current state, without I/O. The object is frozen. The same object is returned until something changes.
   */
  snapshot(): RedisSnapshot;
  /** Returns current counts of connections, commands and retries. */
  detail(): SnapshotDetail;
  /**
   * Adds a listener; the returned function removes it. An error that a listener throws is emitted as `listener-error`.
   */
  on<E extends ResilienceEvent>(event: E, listener: (payload: ResilienceEvents[E]) => void): () => void;
  /**
   * Runs an operation of one or more commands under one deadline, with a fallback. The operation is not started after
   * `close()`, or while the circuit for `options.lane` rejects all commands.
   *
   * @throws {@link CircuitOpenError}, {@link RedisUnavailableError}, {@link CommandTimeoutError}, or the error that the
   *   operation threw
   */
  execute<T>(
    operation: (client: Client, signal: AbortSignal) => Promise<T>,
    options?: ExecuteOptions<T>,
  ): Promise<T>;
  /**
   * Applies a command at most once on the server, and retries until the server acknowledges the command. A repeat with
   * the same id, from any process, gets the reply of the first execution. An id that was used with another command, key
   * or arguments is rejected; a Cluster detects such an id only if both keys are the same or have the same hash tag. If
   * a primary is lost before it has replicated the write, the write and the record of its id are lost; the README
   * explains the consequences. If several Redis databases are configured, an id that may have reached one of them is
   * never sent to another. Options may be passed in place of the id: `{ id, timeoutMs, signal }`.
   *
   * @throws {@link OutcomeUnknownError} when the id may have reached a database that is not in use now;
   *   {@link ConfigurationError} for an argument that is not a string, number or Buffer, and for an id that was used
   *   with another command; {@link OverloadedError} when `admission.maxWaiting` calls are already waiting;
   *   {@link CommandTimeoutError} after `timeoutMs`
   */
  applyOnce(
    id: string | ApplyOnceOptions,
    command: string,
    ...args: readonly OnceArgument[]
  ): Promise<unknown>;
  /**
   * Runs the work with exclusive use of a connection. However the work ends, the connection then returns to the pool in
   * a clean state. Use `lease` for WATCH, blocking commands, SELECT and very large values, and `client` for everything
   * else. The option `pool` configures the pool. The leased client rejects every call made after the work.
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
  /** Returns the last 100 status changes and the last 100 slow or failed commands, oldest first. */
  history(): readonly HistoryEntry[];
  /**
   * Resolves when the status is `up`. Commands do not require this call; it lets the application wait for Redis before
   * it accepts requests. Rejects with {@link RedisUnavailableError} after `timeoutMs` (default: no limit) or when the
   * `RedisResilience` is closed, and with the signal's reason on abort.
   */
  ready(options?: { readonly timeoutMs?: number; readonly signal?: AbortSignal }): Promise<void>;
  /**
   * Drops the client's connection and reconnects. Resolves once the status is `up`. `reason` appears only in debug
   * lines.
   *
   * @throws {@link ConfigurationError} if the reason is not a string
   */
  reconnect(reason?: string): Promise<void>;
  /**
   * Sends AUTH with these credentials on the live connections, and uses them for all later ones. Without an argument,
   * uses the credentials that the credentials provider now returns. Credentials that are passed here replace the
   * provider, which is not called again.
   *
   * @throws {@link RedisUnavailableError} with the reason `auth` when the server refuses them
   */
  reauthenticate(credentials?: Credentials): Promise<void>;
  /**
   * Returns one report for each configured Redis database, in the configured order. The list is empty if only one
   * database is configured.
   */
  databases(): readonly DatabaseReport[];
  /**
   * Switches to another Redis database: to the one with this name or, without a name, to the best of the other
   * databases that respond. If the database in use is healthy, the commands in flight are completed first. Resolves
   * when calls succeed on the new database. The new database stays in use until it becomes unavailable or `failover` is
   * called again: automatic failback to a preferred database is suspended. Without a name, a read-only database is
   * chosen only if no writable one responds, and is replaced as soon as a writable one responds.
   *
   * @throws {@link ConfigurationError} if there is no database of this name
   * @throws {@link RedisUnavailableError} if the database does not respond, or if calls were in flight all the time, so
   *   that there was no moment to switch
   */
  failover(name?: string): Promise<void>;
  /**
   * Changes the weight of a database. If another database becomes the preferred one because of the new weight, calls
   * switch to it once it has been healthy for `failback.afterMs`; the commands in flight are completed first.
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

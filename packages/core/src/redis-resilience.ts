import type { Cluster, Redis } from './ioredis/clients.ts';
import type { DatabaseReport } from './database-report.ts';
import type { ResilienceEvent, ResilienceEvents } from './observability/events.ts';
import type { HistoryEntry } from './observability/history.ts';
import type { Lane, RedisSnapshot } from './snapshot.ts';
import type { SnapshotDetail } from './snapshot-detail.ts';

/** An argument of a command that `applyOnce` takes. */
export type OnceArgument = string | number | Buffer;

/** Options of {@link RedisResilience.applyOnce}, in the place of its id. */
export interface ApplyOnceOptions {
  readonly id: string;
  /** How long it may take until the write is acknowledged. Default: no limit. */
  readonly timeoutMs?: number;
  /** Gives up when it aborts, with its reason. The write may have been applied. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Of several databases, the only one on which it may be applied: the one that an earlier process may have sent it to.
   * While another one is in use, it fails at once with `REDIS_UNAVAILABLE`.
   */
  readonly database?: string | undefined;
}

/** Options of {@link RedisResilience.execute}. */
export interface ExecuteOptions<T> {
  /**
   * Answers in place of Redis when the operation fails with an error of this library, except `CONFIGURATION`,
   * `WATCH_LOST` and `LEASE_ENDED`. It does not run on an error reply of the server, nor on an error of the operation's own code.
   */
  readonly fallback?: (error: Error) => T | Promise<T>;
  /** Bounds the whole operation, all its commands together. Default: `timeoutMs` of the resilience. */
  readonly timeoutMs?: number;
  /** Cancels the operation: its promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** The lane whose circuit is checked before the operation starts. Default `read`. */
  readonly lane?: Lane;
}

/** Options of {@link RedisResilience.lease}. */
export interface LeaseOptions {
  /** Name of the work in the event `lease-overdue`. */
  readonly name?: string;
  /**
   * Bounds the whole lease: waiting for a connection, and the work. Default: only the waiting is bounded, by `timeoutMs`
   * of the resilience; each command of the work has its own deadline.
   */
  readonly timeoutMs?: number;
  /** Ends the lease: its promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** In a Cluster, needed: a key of the work. The connection leads to the node that serves it. */
  readonly key?: string | Buffer;
}

/** The work of a lease. The client is its own for as long as it runs, and sends nothing afterwards. */
export type LeaseWork<T> = (client: Redis) => T | Promise<T>;

/** Options of {@link RedisResilience.transaction}. */
export interface TransactionOptions {
  /** Name of the work in the event `lease-overdue`. */
  readonly name?: string;
  /** How often the work is run at most, while others change the keys. Default 20. */
  readonly attempts?: number;
  /** Bounds all attempts together. Default: `timeoutMs` of the resilience. */
  readonly timeoutMs?: number;
  /** Ends the transaction: its promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** The client of a transaction: reads see the keys as they are watched, and `commit` writes. */
export interface TransactionClient extends Redis {
  /**
   * Sends the commands that `queue` calls as one MULTI and EXEC, and resolves with the answers of those that it returns.
   * If a watched key was changed by others, nothing ran: the work of the transaction begins again.
   *
   * @example
   * const [left, right] = await tx.commit((multi) => [multi.decrby('left', 5), multi.incrby('right', 5)]);
   */
  commit<const Answers extends readonly unknown[]>(
    queue: (multi: Redis) => Answers,
  ): Promise<{ -readonly [Index in keyof Answers]: Awaited<Answers[Index]> }>;
}

/** The work of a transaction. It may run several times, so it must do nothing that cannot be done again. */
export type TransactionWork<T> = (tx: TransactionClient) => T | Promise<T>;

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
   * loses the write and the memory of it together: the README says what follows. Where there are several databases, an
   * id that may have reached one of them is never asked on another. In place of the id, options may be given:
   * `{ id, timeoutMs, signal }`.
   *
   * @throws {@link OutcomeUnknownError} when the id may have reached a database that is not in use now;
   *   {@link ConfigurationError} for an argument that is no string, number or Buffer, and for an id that was used with
   *   another command; {@link OverloadedError} when `admission.maxWaiting` calls wait already
   */
  applyOnce(
    id: string | ApplyOnceOptions,
    command: string,
    ...args: readonly OnceArgument[]
  ): Promise<unknown>;
  /**
   * Runs the work with a connection that nobody else uses meanwhile, and takes that back, clean, however the work ends.
   * For WATCH, blocking commands, SELECT and very large values; everything else is served best by `client`. The
   * connections come from a pool (`pool`), and the leased client refuses every use after the work.
   *
   * @throws {@link OverloadedError} when none is free in time, or at once for a lease inside a lease of a full pool;
   *   while Redis is away as a command; {@link CommandTimeoutError} after `timeoutMs`; what the work threw
   * @example
   * const job = await resilience.lease((client) => client.blpop('jobs', 5));
   */
  lease<T>(work: LeaseWork<T>, options?: LeaseOptions): Promise<T>;
  /**
   * Runs an optimistic transaction: watches the keys on a leased connection, runs the work, which reads and then calls
   * `tx.commit`, and runs it again when others changed a key, or the connection was lost before EXEC was sent.
   *
   * @throws {@link WatchLostError} when no attempt succeeded: nothing ran; {@link OutcomeUnknownError} when the
   *   connection broke after EXEC was sent; and as {@link RedisResilience.lease}
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
  /** All databases, in the order of their list, and what is known of each; empty where there is only one. */
  databases(): readonly DatabaseReport[];
  /**
   * Puts another database in use: this one, or without a name the best of the others that answer. In peace where the one
   * in use serves: what is in flight is answered first. Resolves when calls pass on it. It stays in use until it is away
   * or `failover` is called again; coming back by itself is off meanwhile, unless it is the preferred one.
   *
   * @throws {@link ConfigurationError} where there is no database of this name
   * @throws {@link RedisUnavailableError} when it does not answer, or calls in flight left no moment for the change
   */
  failover(name?: string): Promise<void>;
  /**
   * Gives a database another weight from now on. Where another one becomes the preferred one by that, it comes into use
   * in peace, once it has been well for `failback.afterMs`.
   *
   * @throws {@link ConfigurationError} where there is no database of this name, or the weight is no number of at least 0
   */
  setDatabaseWeight(name: string, weight: number): void;
  /**
   * Takes Redis out of use by hand: every command fails at once with {@link CircuitOpenError}. The returned function
   * ends this isolation; Redis is in use again when all isolations have ended. The reason of the oldest one ends
   * `snapshot().cause.message`; it is the application's own text, so health answers do not show it.
   */
  isolate(reason: string): () => void;
  /** Gives pending commands `drainMs` (default 1,000) to finish, then closes. Leaves no socket, timer or listener. */
  close(options?: { readonly drainMs?: number }): Promise<void>;
}

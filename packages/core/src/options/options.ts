import type { Clock, Random } from '../clock.ts';
import type { Credentials } from '../redis-resilience.ts';
import type { Logger } from './logger.ts';
import type { Category } from '../catalogue/category.ts';

/** When a lane's circuit opens, and how it closes again. */
export interface CircuitOptions {
  /**
   * `enforce` rejects commands while the circuit is open. `observe` rejects none, and emits `would-refuse` for each
   * command that `enforce` would reject. `off` keeps the circuit closed. `isolate()` works in every mode. Default
   * `enforce`.
   */
  readonly mode?: 'enforce' | 'observe' | 'off';
  /** Share of failed calls, 0 to 1, at which the circuit opens, provided that at least 5 calls failed. Default 0.5. */
  readonly failureRatio?: number;
  /**
   * Share of slow calls, 0 to 1, at which the circuit opens. Calls are still sent then, because most are answered
   * before their deadline; three in four operations with a fallback take it. If calls are not answered in time, or
   * exceed a `slowMs` of your own, every fourth call is sent. Default 0.8.
   */
  readonly slowRatio?: number;
  /**
   * A call that takes longer than this is slow. Default: half of `timeoutMs`, or twice the usual round trip if that is
   * longer, up to nine tenths of `timeoutMs`.
   */
  readonly slowMs?: number;
  /** Minimum number of calls in the window before a ratio can open the circuit. Default 20. */
  readonly minCalls?: number;
  /**
   * Number of consecutive failures that opens the circuit; failures within 50 ms count as one, and 1 as 2. Default 5.
   */
  readonly maxConsecutiveFailures?: number;
  /** Length of the sliding window in which calls are counted. Default 2,000 ms. */
  readonly windowMs?: number;
  /**
   * How long the circuit stays open the first time. Doubles each time it opens again, up to `maxOpenMs`, with equal
   * jitter, and is reset once the circuit has stayed closed for a whole window. Defaults 500 ms and 30,000 ms.
   */
  readonly openMs?: number;
  readonly maxOpenMs?: number;
  /** Number of trial calls that must succeed in the half-open state before the circuit closes. Default 3. */
  readonly trials?: number;
}

/** Limits on how many commands may be waiting or in flight, and on how long they wait. */
export interface AdmissionOptions {
  /**
   * How long a command waits for a reconnection; in an outage older than this, commands fail immediately. Default 250
   * ms. Until the first attempt to connect has succeeded or failed, a command waits for as long as its deadline allows.
   */
  readonly maxWaitMs?: number;
  /**
   * How long a read that has been sent waits for its reply when the server turns out to be unavailable. `verdict`:
   * until the server is known to be unavailable, but at least `maxWaitMs`. `deadline`: until the read's own deadline. A
   * write that has been sent waits until its deadline as long as its connection lasts, because the reply says whether
   * it ran. Default `verdict`.
   */
  readonly patience?: 'verdict' | 'deadline';
  /**
   * Maximum number of commands waiting for a connection in an outage. Default 10,000. Until the first attempt to
   * connect has succeeded or failed, `maxInFlight` applies instead.
   */
  readonly maxWaiting?: number;
  /** Maximum size of the arguments of all commands waiting for a connection in an outage, in bytes. Default 16 MiB. */
  readonly maxWaitingBytes?: number;
  /**
   * Maximum number of commands that may be in flight, or queued for the first connection or because the socket is
   * applying backpressure. Default 100,000.
   */
  readonly maxInFlight?: number;
}

/** Which commands are retried after a failure, and how often, before their caller gets an error. */
export interface RetryOptions {
  /**
   * Maximum number of retries of a command whose outcome is unknown, if its category allows retries. A command that
   * certainly did not run is retried until its deadline. 0 disables all retries. Default 5.
   */
  readonly maxRetries?: number;
  /**
   * Size of the retry budget that all connections share. Retrying a command that a working server refused (TRYAGAIN,
   * MOVED, ASK) costs 5 tokens; a success on the first attempt earns 1. Retrying commands lost with their connection
   * costs nothing, because the dialer paces new connections. Default 100.
   */
  readonly budgetTokens?: number;
  /**
   * What happens to SCAN, HSCAN, SSCAN and ZSCAN when the server process that returned their cursor is gone: after a
   * restart or a failover, the scan would skip elements. `begin-again`: it restarts at cursor 0, so that no element is
   * missed but some are returned twice, and `scan-restart` is emitted. `fail`: the call fails with
   * `OutcomeUnknownError`. Default `begin-again`.
   */
  readonly scans?: 'begin-again' | 'fail';
  /** How long the server remembers an id passed to `applyOnce`. Default 24 hours. */
  readonly rememberMs?: number;
  /**
   * Categories keyed by command name in lower case: for custom commands, modules and scripts, or to override a built-in
   * category.
   */
  readonly categories?: Readonly<Record<string, Category>>;
}

/** How connections are established and monitored. */
export interface ConnectionOptions {
  /**
   * Shortest and longest period between connection attempts. Between these bounds, the period grows with the number of
   * clients connected to the server. Defaults 100 and 5,000 ms.
   */
  readonly minPeriodMs?: number;
  readonly maxPeriodMs?: number;
  /** Time limit for TLS, AUTH, HELLO and INFO once the TCP connection is established. Default 5,000 ms. */
  readonly handshakeTimeoutMs?: number;
  /**
   * An idle connection sends PING after this time, with jitter; a connection with subscriptions sends it after at most
   * 1,000 ms. More than 100 connections of a process to one server take turns: each waits up to 19 times as long, and
   * when one of them falls silent, all look within half a second. Default 5,000 ms.
   */
  readonly idlePingMs?: number;
  /**
   * Bounds of the adaptive stall limit. If the oldest command of a connection has been unanswered for longer than that
   * limit, a second connection checks the server. Defaults 200 and 2,000 ms.
   */
  readonly minStallMs?: number;
  readonly maxStallMs?: number;
  /**
   * How to detect that replies no longer match their commands because a reply was lost or inserted on the way; the
   * socket is then dropped. `idle`: the PING of an idle connection carries a token that must be echoed. `load`: in
   * addition, such a PING is sent after every 256 replies, at most every 5 ms, and after 100 ms of traffic. `off`: no
   * token is sent. In every mode, a reply that no command is waiting for drops the socket. Default `idle`.
   */
  readonly integrity?: 'idle' | 'load' | 'off';
  /**
   * Maximum size of a reply, in bytes on the wire. A larger reply drops the socket, and so does an array or other
   * aggregate with more than one element per 512 bytes of the process's heap limit. Default 512 MiB, the maximum length
   * of a Redis string.
   */
  readonly maxReplyBytes?: number;
  /** Delay of TCP keepalive; 0 disables it. Default 10,000 ms. */
  readonly keepAliveMs?: number;
  /**
   * `primary`: while the connection leads to a replica, writes wait for a primary. `any`: the role is not checked.
   * Default `primary`, or `any` for a client that was created for replicas (`role: 'slave'` or `readOnly: true`).
   */
  readonly role?: 'primary' | 'any';
  /**
   * Credentials, or a function that returns them. The function is called for each connection attempt; after a failure
   * it is not called for up to 100 ms, and this pause doubles with each further failure, up to a second. Default: the
   * user name and password in the client's own options.
   */
  readonly credentials?: Credentials | (() => Credentials | Promise<Credentials>);
  /** Time limit for the `credentials` function. Default 5,000 ms. */
  readonly credentialsTimeoutMs?: number;
}

/** The pool of connections that `lease()` and `transaction()` use. */
export interface PoolOptions {
  /** Maximum number of connections leased at the same time. Default 10. */
  readonly max?: number;
  /** Minimum number of connections that are kept open even when idle. Default 0. */
  readonly min?: number;
  /** A connection that has been idle for longer than this is closed, unless only `min` are left. Default 30,000 ms. */
  readonly idleMs?: number;
  /** Maximum number of callers waiting while all connections are leased. Default 1,000. */
  readonly maxWaiting?: number;
  /** A lease that lasts longer than this is reported by the event `lease-overdue`. Default 30,000 ms. */
  readonly maxLeaseMs?: number;
  /**
   * Whether a lease that exceeds `maxLeaseMs` is also ended: its caller gets an error, and its connection is closed.
   * Default `false`.
   */
  readonly revoke?: boolean;
}

/**
 * When calls fail over from the database in use to another one. Applies only if several Redis databases are configured.
 */
export interface FailoverOptions {
  /**
   * How long the server must stay unavailable, once it has been found to be, before calls fail over to another
   * database. Default 150 ms.
   */
  readonly afterMs?: number;
  /**
   * Like `afterMs`, but for a server that responds without serving commands: its faults keep a circuit open, or it
   * refuses the login or the database number. Default 5,000 ms.
   */
  readonly openMs?: number;
}

/** When calls return to a preferred database. Applies only if several Redis databases are configured. */
export interface FailbackOptions {
  /**
   * How long the preferred database must respond without interruption before calls return to it. If this is shorter,
   * 1.25 times as long as the database was unavailable, up to 2.5 s, is used instead. Each process adds up to a quarter
   * at random, and the time doubles whenever that database fails again soon after its return. `false`: only a call of
   * `failover()` returns to it. Default 60,000 ms.
   */
  readonly afterMs?: number | false;
}

/** Options of `createRedisResilience`, of `protect` and, in addition to the framework's own, of every adapter. */
export interface ResilienceOptions {
  /** Name of this connection in health responses, metrics and events. Default `default`. */
  readonly name?: string;
  /**
   * Deadline of one command, including the time it waits. For a blocking command, the command's own timeout is added,
   * and the total is measured from when the command is sent. Default 1,000 ms.
   */
  readonly timeoutMs?: number;
  /** A command slower than this is recorded in `history()`. Default 100 ms. */
  readonly slowCommandMs?: number;
  readonly admission?: AdmissionOptions;
  readonly circuit?: CircuitOptions;
  readonly retry?: RetryOptions;
  readonly connection?: ConnectionOptions;
  readonly pool?: PoolOptions;
  readonly failover?: FailoverOptions;
  readonly failback?: FailbackOptions;
  /**
   * Receives one line when an outage has lasted 250 ms and one at its end, one for each switch to another Redis
   * database, and one for each first mistake that nothing else reveals: `WATCH` or a blocking command on the shared
   * client, and a library without the helper that it needs. An object with `info`, `warn` and `error`, or `false` for
   * no lines. Default: a process warning, which Node writes to stderr.
   */
  readonly logger?: Logger | false;
  /** Sources of time and of random numbers, for tests. */
  readonly clock?: Clock;
  readonly random?: Random;
}

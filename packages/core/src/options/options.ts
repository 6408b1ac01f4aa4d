import type { Clock, Random } from '../clock.ts';
import type { Credentials } from '../redis-resilience.ts';
import type { Logger } from './logger.ts';
import type { Category } from '../catalogue/category.ts';

/** When a circuit opens, and how it closes again. Reads have one circuit, writes another. */
export interface CircuitOptions {
  /**
   * `enforce` rejects commands while the circuit is open. `observe` rejects no command, and emits `would-refuse` for
   * each command that `enforce` would reject. `off` keeps the circuit closed. `isolate()` rejects commands in every
   * mode. Default `enforce`.
   */
  readonly mode?: 'enforce' | 'observe' | 'off';
  /** Share of failed calls, from 0 to 1, at which the circuit opens if at least 5 calls failed. Default 0.5. */
  readonly failureRatio?: number;
  /**
   * Share of slow calls, from 0 to 1, at which the circuit opens. While the circuit is open because of slow calls, all
   * commands are still sent, because most replies arrive before the deadline. Of four `execute` calls with a fallback,
   * however, three use the fallback immediately. If commands miss their deadline, or if you set `slowMs`, only every
   * fourth command is sent. Default 0.8.
   */
  readonly slowRatio?: number;
  /**
   * A call that takes longer than this counts as slow. Default: twice the usual round-trip time, but at least half and
   * at most nine tenths of `timeoutMs`.
   */
  readonly slowMs?: number;
  /** Minimum number of calls in the window before a ratio can open the circuit. Default 20. */
  readonly minCalls?: number;
  /**
   * Number of consecutive failures at which the circuit opens. All failures within 50 ms count as one. At least two
   * failures are needed, even if 1 is given. Default 5.
   */
  readonly maxConsecutiveFailures?: number;
  /** Length of the sliding window in which calls are counted. Default 2,000 ms. */
  readonly windowMs?: number;
  /**
   * How long the circuit stays open. The first open time is `openMs`; each time the circuit opens again, the open time
   * doubles, up to `maxOpenMs`. Once the circuit has stayed closed for `windowMs`, the next open time is `openMs`
   * again. Up to half of each open time, at random, is subtracted. Defaults: 500 ms for `openMs`, 30,000 ms for
   * `maxOpenMs`.
   */
  readonly openMs?: number;
  readonly maxOpenMs?: number;
  /** Number of trial calls that must succeed while the circuit is half-open before it closes. Default 3. */
  readonly trials?: number;
}

/** Limits on how many commands may be waiting or in flight, and on how long they wait. */
export interface AdmissionOptions {
  /**
   * How long a command waits while the client reconnects. Once an outage has lasted longer than this, commands fail
   * immediately. Until the first connection attempt has succeeded or failed, this limit does not apply: a command waits
   * until its deadline. Default 250 ms.
   */
  readonly maxWaitMs?: number;
  /**
   * How long a read that has been sent still waits for its reply after the server was found to be unavailable. With
   * `verdict`, the read waits for `maxWaitMs`, and longer only if a switch to another database is due. With `deadline`,
   * the read waits until its deadline. A write that has been sent always waits until its deadline while its connection
   * lasts, because only the reply says whether the write ran. Default `verdict`.
   */
  readonly patience?: 'verdict' | 'deadline';
  /**
   * Maximum number of commands that wait for a connection during an outage. Until the first connection attempt has
   * succeeded or failed, `maxInFlight` is the limit instead. Default 10,000.
   */
  readonly maxWaiting?: number;
  /**
   * Maximum total size of the arguments of the commands that wait for a connection during an outage, in bytes. Default
   * 16 MiB.
   */
  readonly maxWaitingBytes?: number;
  /**
   * Maximum number of commands in flight. Commands that wait for the first connection, or because the socket applies
   * backpressure, are included in this number. Default 100,000.
   */
  readonly maxInFlight?: number;
}

/** Which commands are retried after a failure, and how often, before their caller gets an error. */
export interface RetryOptions {
  /**
   * Maximum number of retries of a command whose outcome is unknown and whose category allows retries. A command that
   * certainly did not run is retried until its deadline, however many retries that takes. The value 0 disables all
   * retries. Default 5.
   */
  readonly maxRetries?: number;
  /**
   * Size of the token budget for retries of single commands that a working server refused (TRYAGAIN, MOVED, ASK). All
   * connections of a resilience share the budget. Each of these retries costs 5 tokens; each command that succeeds on
   * its first attempt earns 1. When too few tokens are left, 3 retries per second are still allowed. Retries of
   * commands that were lost with their connection cost no tokens, because the pace of new connections limits them.
   * Retries of pipelines cost no tokens either, because the delays between retries limit them. Default 100.
   */
  readonly budgetTokens?: number;
  /**
   * What happens to SCAN, HSCAN, SSCAN and ZSCAN after a restart or a failover of the server. A cursor is valid only in
   * the server process that returned it: in another one, the scan would skip elements. With `begin-again`, the scan
   * restarts at cursor 0, and `scan-restart` is emitted; no element is missed, but some are returned twice. With
   * `fail`, the call fails with `OutcomeUnknownError`. Default `begin-again`.
   */
  readonly scans?: 'begin-again' | 'fail';
  /** How long the server remembers an id passed to `applyOnce`. Default 24 hours. */
  readonly rememberMs?: number;
  /**
   * The categories of individual commands, keyed by command name in lower case. Set categories for custom commands,
   * modules and scripts, or to override a built-in category.
   */
  readonly categories?: Readonly<Record<string, Category>>;
}

/** How connections are established and monitored. */
export interface ConnectionOptions {
  /**
   * Shortest and longest period between connection attempts. Within these bounds, the period grows with the number of
   * clients connected to the server. Defaults: 100 ms for `minPeriodMs`, 5,000 ms for `maxPeriodMs`.
   */
  readonly minPeriodMs?: number;
  readonly maxPeriodMs?: number;
  /** Time limit for the handshake (TLS, AUTH, HELLO, INFO) over a new TCP connection. Default 5,000 ms. */
  readonly handshakeTimeoutMs?: number;
  /**
   * How long a connection is idle before it sends PING, with jitter. A connection with subscriptions sends PING after
   * at most 1,000 ms. If a process has more than 100 connections to one server, the connections take turns, and a
   * connection may be idle for up to 19 times this long before its PING. When the server stops replying on one of more
   * than 100 connections, all idle ones send PING within half a second. Default 5,000 ms.
   */
  readonly idlePingMs?: number;
  /**
   * Bounds of the stall limit. When the oldest command on a connection has had no reply for longer than the stall
   * limit, a second connection checks the server. The stall limit adapts to the round-trip time and, with a distant
   * server, to `timeoutMs`. Defaults: 200 ms for `minStallMs`, 2,000 ms for `maxStallMs`.
   */
  readonly minStallMs?: number;
  readonly maxStallMs?: number;
  /**
   * How to detect that replies no longer match their commands because a reply was lost or inserted on the way. If the
   * client detects that replies do not match, it drops the socket. With `idle`, the PING that an idle connection sends
   * contains a token (a random text), which the reply must repeat. With `load`, a PING with a token is also sent under
   * traffic: after every 256 replies, but no sooner than 5 ms and no later than 100 ms after the last PING. With `off`,
   * no PING contains a token. In every mode, the client drops the socket if a reply belongs to no command. Default
   * `idle`.
   */
  readonly integrity?: 'idle' | 'load' | 'off';
  /**
   * Maximum size of a reply, in bytes on the wire. The client drops the socket if a reply is larger, or if a reply has
   * more than one element per 512 bytes of the process's heap limit. Default 512 MiB, the maximum length of a Redis
   * string.
   */
  readonly maxReplyBytes?: number;
  /** Idle time before the first TCP keepalive probe; 0 disables keepalive. Default 10,000 ms. */
  readonly keepAliveMs?: number;
  /**
   * The role that the server must have. With `primary`, writes wait for a primary while the server is a replica. With
   * `any`, the role is not checked. Default `primary`, or `any` for a client that was created for replicas (`role:
   * 'slave'` or `readOnly: true`).
   */
  readonly role?: 'primary' | 'any';
  /**
   * Credentials, or a function that returns them. The function is called for each connection attempt. After the
   * function has failed, it is not called again for up to 100 ms; this pause doubles with each further failure, up to a
   * second. Default: the user name and password in the client's own options.
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
  /** A connection that is idle for longer than this is closed if the pool has more than `min`. Default 30,000 ms. */
  readonly idleMs?: number;
  /** Maximum number of callers that wait for a lease while all connections are leased. Default 1,000. */
  readonly maxWaiting?: number;
  /** A lease that lasts longer than this is reported by the event `lease-overdue`. Default 30,000 ms. */
  readonly maxLeaseMs?: number;
  /**
   * Whether a lease that exceeds `maxLeaseMs` is also ended. The caller of `lease()` then gets a `LeaseEndedError`, and
   * the connection is closed. Default `false`.
   */
  readonly revoke?: boolean;
}

/**
 * When the client switches from an unavailable Redis database to another one. This option is rejected unless several
 * databases are configured.
 */
export interface FailoverOptions {
  /**
   * Time from the moment at which the client finds the database in use to be unavailable until it switches to another
   * database. Default 150 ms.
   */
  readonly afterMs?: number;
  /**
   * Like `afterMs`, but for a server that responds and yet serves no commands: its failures keep a circuit open, or it
   * refuses the login or the database number. Default 5,000 ms.
   */
  readonly openMs?: number;
}

/**
 * When the client switches back to the preferred Redis database. This option is rejected unless several databases are
 * configured.
 */
export interface FailbackOptions {
  /**
   * How long the preferred database must respond without interruption before the client switches back to it. A value
   * shorter than 1.25 times the database's last outage is raised to that length, but to 2.5 s at most. Each process
   * lengthens the time before a switch back by a random share of up to a quarter; this time doubles whenever the
   * database fails again soon after the switch back. With `false`, the client switches back only when `failover()` is
   * called. With every value, a writable database normally replaces a read-only one immediately. Default 60,000 ms.
   */
  readonly afterMs?: number | false;
}

/** Options of `createRedisResilience`, of `protect` and, in addition to the framework's own, of every adapter. */
export interface ResilienceOptions {
  /** Name of this resilience in health responses, metrics, events, errors and log lines. Default `default`. */
  readonly name?: string;
  /**
   * Deadline of one command, including its wait for a connection; up to twice that for the first connection, which takes
   * several round trips, unless an attempt fails. The deadline of a blocking command is its own timeout plus
   * `timeoutMs`, measured from when the command is sent. Default 1,000 ms.
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
   * An object with the methods `info`, `warn` and `error`, or `false` to log nothing. The logger receives one line when
   * an outage has lasted 250 ms, one when that outage ends, one for each switch to another Redis database, and one for
   * each mistake that no error reveals: the first `WATCH` and the first blocking command on the shared client, and each
   * library used without the helper that it needs. Default: a process warning for each line, which Node writes to stderr.
   */
  readonly logger?: Logger | false;
  /** Sources of time and of random numbers, for tests. */
  readonly clock?: Clock;
  readonly random?: Random;
}

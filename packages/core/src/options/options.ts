import type { Clock, Random } from '../clock.ts';
import type { Credentials } from '../redis-resilience.ts';
import type { Logger } from './logger.ts';
import type { Category } from '../catalogue/category.ts';

/** When the circuit of a lane opens, and how it closes again. */
export interface CircuitOptions {
  /**
   * `enforce` refuses commands while the circuit is open. `observe` refuses none, and emits `would-refuse` for each one
   * that `enforce` would refuse. `off` keeps the circuit closed. `isolate()` works in every mode. Default `enforce`.
   */
  readonly mode?: 'enforce' | 'observe' | 'off';
  /** Share of failed calls, 0 to 1, at which the circuit opens; it takes at least 5 failures. Default 0.5. */
  readonly failureRatio?: number;
  /** Share of slow calls, 0 to 1, at which the circuit opens. Every fourth call then still passes. Default 0.8. */
  readonly slowRatio?: number;
  /**
   * A call that takes longer than this is slow. Default: half of `timeoutMs`, or twice the usual round trip where that
   * is more, up to nine tenths of `timeoutMs`.
   */
  readonly slowMs?: number;
  /** Calls that the window must hold before a ratio can open the circuit. Default 20. */
  readonly minCalls?: number;
  /** Failures in a row that open the circuit, 2 at least; failures within 50 ms count as one. Default 5. */
  readonly maxConsecutiveFailures?: number;
  /** Length of the sliding window in which calls are counted. Default 2,000 ms. */
  readonly windowMs?: number;
  /**
   * How long the circuit stays open the first time. Doubles each time it opens again, up to `maxOpenMs`, with equal
   * jitter, and starts over once the circuit has stayed closed for a whole window. Defaults 500 ms and 30,000 ms.
   */
  readonly openMs?: number;
  readonly maxOpenMs?: number;
  /** Trial calls that must succeed while the circuit is half-open, before it closes. Default 3. */
  readonly trials?: number;
}

/** Bounds on how many commands may wait or be unanswered, and on how long they wait. */
export interface AdmissionOptions {
  /**
   * How long a command waits for a reconnection; in an outage older than this, commands fail at once. Default 250 ms.
   * Until the first attempt to connect has succeeded or failed, a command waits for as long as its deadline allows.
   */
  readonly maxWaitMs?: number;
  /**
   * How long a read that was sent waits for a server that is found to be away. `verdict`: until that is found, and at
   * least `maxWaitMs`. `deadline`: until its deadline. A write that was sent always waits for its deadline, because its
   * answer says whether it ran. Default `verdict`.
   */
  readonly patience?: 'verdict' | 'deadline';
  /** Commands that may wait for a connection at once. Default 10,000. */
  readonly maxWaiting?: number;
  /** Bytes of arguments that may wait for a connection at once. Default 16 MiB. */
  readonly maxWaitingBytes?: number;
  /** Commands that may be unanswered at once, or wait for a socket that takes no bytes for now. Default 100,000. */
  readonly maxInFlight?: number;
}

/** Which commands are sent again after a failure, and how often, before their caller gets an error. */
export interface RetryOptions {
  /**
   * How often a command whose outcome is unknown is sent again, where its category allows that. A command that
   * certainly did not run is sent again until its deadline. 0 switches all retries off. Default 5.
   */
  readonly maxRetries?: number;
  /**
   * Size of the retry budget that all connections share. A retry of a command that a working server refused (TRYAGAIN,
   * MOVED, ASK) costs 5 tokens, a success at the first try earns 1. Commands lost with their connection are sent again
   * at no cost: the dialer paces new connections. Default 100.
   */
  readonly budgetTokens?: number;
  /**
   * What happens to SCAN, HSCAN, SSCAN and ZSCAN when their cursor was returned by a server process that is gone: after a
   * restart or a failover it would skip elements. `begin-again`: the scan continues from cursor 0, so that no element is
   * missed and some come twice, and `scan-restart` is emitted. `fail`: the call fails with `OutcomeUnknownError`. Default
   * `begin-again`.
   */
  readonly scans?: 'begin-again' | 'fail';
  /** How long the server remembers an id of `applyOnce`. Default 24 hours. */
  readonly rememberMs?: number;
  /**
   * Category by command name in lower case: for custom commands, modules and scripts, or in place of a built-in one.
   */
  readonly categories?: Readonly<Record<string, Category>>;
}

/** How connections are made and watched. */
export interface ConnectionOptions {
  /**
   * Shortest and longest period between connection attempts. Between these bounds, the period grows with the number of
   * clients that the server has. Defaults 100 and 5,000 ms.
   */
  readonly minPeriodMs?: number;
  readonly maxPeriodMs?: number;
  /** Longest time for TLS, AUTH, HELLO and INFO, once the TCP connection is made. Default 5,000 ms. */
  readonly handshakeTimeoutMs?: number;
  /**
   * A connection without traffic is sent PING after this time, jittered; one with subscriptions, after 1,000 ms at
   * most. Default 5,000 ms.
   */
  readonly idlePingMs?: number;
  /**
   * Bounds of the adaptive limit. A connection whose oldest command has been unanswered for longer is checked by a
   * second connection. Defaults 200 and 2,000 ms.
   */
  readonly minStallMs?: number;
  readonly maxStallMs?: number;
  /**
   * How to find out that answers no longer belong to their questions, after a reply was lost or added on the way; the
   * socket is then dropped. `idle`: the PING of an idle connection carries a text that has to come back. `load`: so does
   * one after every 256 replies, at most every 5 ms, and after 100 ms of traffic. `off`: no text is sent. A reply that
   * no command waits for drops the socket in each case. Default `idle`.
   */
  readonly integrity?: 'idle' | 'load' | 'off';
  /**
   * Largest reply, in bytes on the wire. A larger one drops the socket; so does a list with more elements than the heap
   * of the process can hold, one for each 512 bytes of it. Default 512 MiB, the longest value of Redis.
   */
  readonly maxReplyBytes?: number;
  /** Delay of TCP keepalive; 0 switches it off. Default 10,000 ms. */
  readonly keepAliveMs?: number;
  /**
   * `primary`: while a replica answers, writes wait for the primary. `any`: the role is not checked. Default `primary`;
   * `any` for a client that was made for replicas (`role: 'slave'` or `readOnly: true`).
   */
  readonly role?: 'primary' | 'any';
  /**
   * Credentials, or a function that gives them. The function is called for each connection attempt; after a failure it
   * is not called for 100 ms, doubled up to a second. Default: the user and password in the client's own options.
   */
  readonly credentials?: Credentials | (() => Credentials | Promise<Credentials>);
  /** Longest time for the function in `credentials`. Default 5,000 ms. */
  readonly credentialsTimeoutMs?: number;
}

/** The pool of connections that `lease()` and `transaction()` use. */
export interface PoolOptions {
  /** Connections that may be leased at once. Default 10. */
  readonly max?: number;
  /** Connections that are kept open while nobody uses them. Default 0. */
  readonly min?: number;
  /** A connection that nobody has used for longer is closed, down to `min`. Default 30,000 ms. */
  readonly idleMs?: number;
  /** Callers that may wait while all connections are leased. Default 1,000. */
  readonly maxWaiting?: number;
  /** A lease that lasts longer is reported by the event `lease-overdue`. Default 30,000 ms. */
  readonly maxLeaseMs?: number;
  /** Also ends such a lease: its caller gets an error, and its connection is closed. Default `false`. */
  readonly revoke?: boolean;
}

/** When another of several databases takes the place of the one in use. Only with several. */
export interface FailoverOptions {
  /** How long the server has to be found away before calls go over to another database. Default 150 ms. */
  readonly afterMs?: number;
  /**
   * The same for a server that answers and does not serve: a circuit that stays open for a fault of the server, a
   * login that is refused. Default 5,000 ms.
   */
  readonly openMs?: number;
}

/** When a preferred database comes back into use. Only with several. */
export interface FailbackOptions {
  /**
   * How long it has to answer without a break; up to a quarter longer in each process, and twice as long each time that
   * it failed soon after it had come back. `false`: only by hand. Default 60,000 ms.
   */
  readonly afterMs?: number | false;
}

/** Options of `createRedisResilience`, `protect` and, beside the framework's own, of every adapter. */
export interface ResilienceOptions {
  /** Name of this connection in health answers, metrics and events. Default `default`. */
  readonly name?: string;
  /**
   * Deadline of one command, waiting included. A blocking command has its own timeout on top, and both begin when it is
   * sent. Default 1,000 ms.
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
  /** Where one line goes at the beginning of an outage, and one at its end: an object with `info`, `warn` and `error`; `false` silences. Default: a process warning, which Node writes to stderr. */
  readonly logger?: Logger | false;
  /** Time and random numbers, for tests. */
  readonly clock?: Clock;
  readonly random?: Random;
}

import type { Clock, Random } from '../clock.ts';
import type { Credentials } from '../redis-resilience.ts';
import type { Logger } from './logger.ts';
import type { Category } from '../catalogue/category.ts';

/** When the circuit of a lane opens, and how it closes again. */
export interface CircuitOptions {
  /** `enforce` refuses; `observe` only reports what it would have refused; `off` does neither. Default `enforce`. */
  readonly mode?: 'enforce' | 'observe' | 'off';
  /** Share of failed calls, 0 to 1, at which it opens. Default 0.5. */
  readonly failureRatio?: number;
  /** Share of slow calls, 0 to 1, at which it opens. Default 0.8. */
  readonly slowRatio?: number;
  /** A call slower than this is slow. Default: half of `timeoutMs`, or twice the usual round trip where that is more, and nine tenths of `timeoutMs` at most. While the circuit is open because calls are slow, every fourth call still passes. */
  readonly slowMs?: number;
  /** Calls within the window before a ratio counts. Default 20. */
  readonly minCalls?: number;
  /** Failures in a row that open it; failures of one burst count once. Default 5. */
  readonly maxConsecutiveFailures?: number;
  /** Length of the sliding window. Default 2,000 ms. */
  readonly windowMs?: number;
  /** First open time; doubles up to `maxOpenMs`, with equal jitter. Defaults 500 ms and 30,000 ms. */
  readonly openMs?: number;
  readonly maxOpenMs?: number;
  /** Trial calls let through while half-open. Default 3. */
  readonly trials?: number;
}

/** Bounds on what may wait, and for how long. */
export interface AdmissionOptions {
  /** Longest wait of a fresh command for a reconnection. Default 250 ms. */
  readonly maxWaitMs?: number;
  /** Commands that may wait at once. Default 10,000. */
  readonly maxWaiting?: number;
  /** Bytes of arguments that may wait at once. Default 16 MiB. */
  readonly maxWaitingBytes?: number;
  /** Commands that may be unanswered at once. Default 100,000. */
  readonly maxInFlight?: number;
}

/** Sending again what failed without an error for the caller. */
export interface RetryOptions {
  /**
   * How often a command of unknown outcome is sent again, where its category allows it. What provably did not run is
   * sent again until its deadline. 0 switches all retries off. Default 5.
   */
  readonly maxRetries?: number;
  /**
   * Size of the retry budget of all connections. A retry of what a serving server refused (TRYAGAIN, MOVED, ASK) costs 5
   * tokens, a success at the first try earns 1. Calls lost with their connection are sent again free. Default 100.
   */
  readonly budgetTokens?: number;
  /** For how long the server remembers an id of `applyOnce`. Default 24 hours. */
  readonly rememberMs?: number;
  /** Category by command name, for custom commands, modules and scripts, or to narrow a built-in one. */
  readonly categories?: Readonly<Record<string, Category>>;
}

/** How connections are made and watched. */
export interface ConnectionOptions {
  /** Shortest and longest period between connection attempts; within them the fleet's size decides. Defaults 100 and 5,000 ms. */
  readonly minPeriodMs?: number;
  readonly maxPeriodMs?: number;
  /** Bounds TLS, AUTH, HELLO and INFO after the TCP connection is made. Default 5,000 ms. */
  readonly handshakeTimeoutMs?: number;
  /** An idle connection is asked PING after this long, jittered. Default 5,000 ms. */
  readonly idlePingMs?: number;
  /** Bounds of the adaptive limit after which a silent connection is checked by a second one. Defaults 200 and 2,000 ms. */
  readonly minStallMs?: number;
  readonly maxStallMs?: number;
  /** TCP keepalive delay. Default 10,000 ms. */
  readonly keepAliveMs?: number;
  /** What the endpoint is expected to be. Default `primary`, or `any` for a client of replicas; `any` never checks. */
  readonly role?: 'primary' | 'any';
  /** Credentials, or where to get them: asked at each attempt, and once a second while that fails. Default: those of the client's own options. */
  readonly credentials?: Credentials | (() => Credentials | Promise<Credentials>);
  /** Bounds the credentials provider. Default 5,000 ms. */
  readonly credentialsTimeoutMs?: number;
}

/** Options of `createRedisResilience`, `protect` and, beside the framework's own, of every adapter. */
export interface ResilienceOptions {
  /** Name of this connection, for health, metrics and events. Default `default`. */
  readonly name?: string;
  /** Deadline of one command, waiting included. Default 1,000 ms. */
  readonly timeoutMs?: number;
  /** A command slower than this is kept in `history()`. Default 100 ms. */
  readonly slowCommandMs?: number;
  readonly admission?: AdmissionOptions;
  readonly circuit?: CircuitOptions;
  readonly retry?: RetryOptions;
  readonly connection?: ConnectionOptions;
  /** Where one line goes at the beginning of an outage, and one at its end: an object with `info`, `warn` and `error`; `false` silences. Default: a process warning, which Node writes to stderr. */
  readonly logger?: Logger | false;
  /** Time and chance, for tests. */
  readonly clock?: Clock;
  readonly random?: Random;
}

import type { CauseCode } from '../cause.ts';

/**
 * Which calls an open or half-open circuit admits. `trials` admits only the trial calls of the half-open state; `share`
 * admits the trial calls and, while the circuit is open, one call in four; `all` admits every call.
 */
export type AdmittedCalls = 'trials' | 'share' | 'all';

/** The state of a circuit with its data. Times are monotonic milliseconds. */
export type LiveCircuitState =
  | {
      readonly kind: 'closed';
      readonly since: number;
      /**
       * How many times the open time will be doubled if the circuit opens again before it has been closed for a whole
       * window.
       */
      readonly doublings: number;
    }
  | {
      readonly kind: 'open';
      readonly cause: CauseCode;
      readonly admits: AdmittedCalls;
      readonly until: number;
      readonly doublings: number;
    }
  | {
      readonly kind: 'half-open';
      readonly cause: CauseCode;
      readonly admits: AdmittedCalls;
      readonly doublings: number;
      /** Number of trial calls in progress. */
      readonly out: number;
      /** Number of trial calls that have succeeded. */
      readonly succeeded: number;
      /** When the trials in progress are considered hung. */
      readonly hungAt: number;
    }
  | { readonly kind: 'isolated'; readonly holders: number };

/** An event that may change the state of a circuit. `jitter` is a random number in [0, 1). */
export type CircuitSignal =
  | { readonly kind: 'due'; readonly jitter: number }
  | {
      readonly kind: 'trip';
      readonly cause: CauseCode;
      readonly admits: AdmittedCalls;
      readonly now: number;
      readonly jitter: number;
    }
  | { readonly kind: 'half-open' }
  | { readonly kind: 'close'; readonly now: number }
  | { readonly kind: 'trial-started'; readonly now: number }
  | { readonly kind: 'trial-succeeded'; readonly now: number }
  | { readonly kind: 'trial-ignored' }
  | { readonly kind: 'trials-voided' }
  | { readonly kind: 'isolate' }
  | { readonly kind: 'release'; readonly now: number };

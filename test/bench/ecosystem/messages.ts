import type { Fault } from './fault.js';
import type { Way } from './subject.js';

/** What a run is to do, given to its process as an argument. */
export interface Order {
  readonly row: string;
  readonly way: Way;
  readonly fault: Fault;
  readonly host: string;
  readonly port: number;
  readonly url: string;
}

/** What the parent says to a run, with the time of day at which it happened. */
export interface Signal {
  readonly kind: 'away' | 'back' | 'close';
  readonly at: number;
}

/** What a run measured. */
export interface Figures {
  /** Calls that took more than 2 s, or had not ended when the run did. */
  readonly slowCalls: number;
  /** The longest call that ended, in milliseconds. */
  readonly slowestMs: number;
  /** From the moment that Redis was back until the last call that failed was made; `null` when none did. */
  readonly failedUntilMs: number | null;
  readonly calls: number;
  readonly failedCalls: number;
  readonly unhandled: number;
  /** The message of one of the unhandled errors. */
  readonly unhandledMessage?: string | undefined;
  /** Work that was accepted and never done. */
  readonly lost: number;
  /** Work that was done more than once. */
  readonly doubled: number;
  /** Share of one core used while Redis was away. */
  readonly cpuShare: number;
  /** The time from the return of Redis until all parts had worked again; `null` if one never did. */
  readonly resumedMs: number | null;
}

/** What a run says to its parent. */
export type Report =
  | { readonly kind: 'steady' }
  | { readonly kind: 'figures'; readonly figures: Figures }
  | { readonly kind: 'closed'; readonly ms: number; readonly error?: string | undefined };

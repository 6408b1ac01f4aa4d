import type { Fault } from './fault.js';
import type { Way } from './subject.js';

/** The instructions for a run; its process gets them as an argument. */
export interface Order {
  readonly row: string;
  readonly way: Way;
  readonly fault: Fault;
  readonly host: string;
  readonly port: number;
  readonly url: string;
}

/** Tells the process of a run that Redis has gone away or come back, or that it must close, and since when. */
export interface Signal {
  readonly kind: 'away' | 'back' | 'close';
  readonly at: number;
}

/** The measurements of a run. */
export interface Figures {
  /** Number of calls that took more than 2 s, or were still pending at the end of the run. */
  readonly slowCalls: number;
  /** The duration of the longest call that has ended, in milliseconds. */
  readonly slowestMs: number;
  /** The time from the return of Redis until the last failed call was issued; `null` if none failed after it. */
  readonly failedUntilMs: number | null;
  readonly calls: number;
  readonly failedCalls: number;
  readonly unhandled: number;
  /** The message of one of the unhandled errors. */
  readonly unhandledMessage?: string | undefined;
  /** Number of jobs or messages that were accepted but never processed. */
  readonly lost: number;
  /** Number of jobs or messages that were processed more than once. */
  readonly doubled: number;
  /** The share of one CPU core that the process used while Redis was unavailable. */
  readonly cpuShare: number;
  /** The time from the return of Redis until all parts of the library had worked again; `null` if one never did. */
  readonly resumedMs: number | null;
}

/** A message from a run to its parent process. */
export type Report =
  | { readonly kind: 'steady' }
  | { readonly kind: 'figures'; readonly figures: Figures }
  | { readonly kind: 'closed'; readonly ms: number; readonly error?: string | undefined };

import type { Operation } from '@redis-resilience/testing/history';
import type { Target } from '../../faults/peers/peer.js';

/** The instructions for a client process. */
export interface Order {
  readonly client: string;
  readonly target: Target;
  readonly seed: number;
  /** The name of the process in the history and in the values that it writes. */
  readonly process: string;
  /**
   * The time from which the ages of keys are counted, on the clock that all processes of the machine share.
   */
  readonly startedAt: number;
}

/** An instruction to a client process. `stop`: issue no more calls; `end`: report the remaining operations, and end. */
export type Instruction = 'begin' | 'stop' | 'end';

/** An operation, and its index in the history of its process. */
export type Seen = readonly [index: number, operation: Operation];

/** What it says. `seen`: operations that began or settled since the previous report. */
export type Report =
  | { readonly kind: 'connected' }
  | { readonly kind: 'seen'; readonly operations: readonly Seen[] }
  | { readonly kind: 'ended'; readonly unhandled: number };

/** Milliseconds on the clock that all processes of the machine share. */
export function machineNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

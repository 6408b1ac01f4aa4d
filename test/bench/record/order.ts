import type { Operation } from '@redis-resilience/testing/history';
import type { Target } from '../faults/peers/peer.js';

/** What a client process is to do. */
export interface Order {
  readonly client: string;
  readonly target: Target;
  readonly seed: number;
  /** Its name in the history, and in the values that it writes. */
  readonly process: string;
}

/** What a client process is told. `stop`: issue no more calls; `hand-over`: send the history, and end. */
export type Instruction = 'stop' | 'hand-over';

/** What it says. */
export type Report =
  | { readonly kind: 'connected' }
  | { readonly kind: 'history'; readonly operations: readonly Operation[]; readonly unhandled: number };

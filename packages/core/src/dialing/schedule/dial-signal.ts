import type { Random } from '../../clock.ts';
import type { PaceFacts } from './dial-pace.ts';

/** An event that may change the dial schedule. */
export type DialSignal =
  /** A connection has been requested. */
  | { readonly kind: 'wanted' }
  /** A connection broke after `livedMs`; `alive` others are still up. */
  | { readonly kind: 'lost'; readonly livedMs: number; readonly alive: number }
  /** The timer has fired; `room`: whether an attempt can begin. */
  | { readonly kind: 'ticked'; readonly room: boolean }
  | { readonly kind: 'failed'; readonly overload: boolean; readonly handshake: boolean }
  | { readonly kind: 'succeeded'; readonly overload: boolean; readonly waiting: number }
  /** An attempt has been withdrawn. */
  | { readonly kind: 'withdrawn'; readonly handshake: boolean }
  /** There are signs that an early attempt may succeed. */
  | { readonly kind: 'hinted' };

/** The facts at the time of a signal. */
export interface DialMoment extends PaceFacts {
  /** Monotonic milliseconds. */
  readonly at: number;
  /** Number of connections that are up. */
  readonly alive: number;
  readonly random: Random;
}

/** The effect of a signal. `attempt`: begin an attempt now. */
export type DialEffect = 'attempt' | 'none';

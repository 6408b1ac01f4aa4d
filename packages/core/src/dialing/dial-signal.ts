import type { Random } from '../clock.ts';
import type { PaceFacts } from './dial-pace.ts';

/** An event that may change the dial schedule. */
export type DialSignal =
  /** A connection is wanted. */
  | { readonly kind: 'wanted' }
  /** A connection broke after `livedMs`; `alive` others are still up. */
  | { readonly kind: 'lost'; readonly livedMs: number; readonly alive: number }
  /** The timer fired; `room`: whether an attempt can begin. */
  | { readonly kind: 'ticked'; readonly room: boolean }
  | { readonly kind: 'failed'; readonly overload: boolean; readonly handshake: boolean }
  | { readonly kind: 'succeeded'; readonly overload: boolean; readonly waiting: number }
  /** An attempt was withdrawn. */
  | { readonly kind: 'withdrawn'; readonly handshake: boolean }
  /** An attempt soon may succeed. */
  | { readonly kind: 'hinted' };

/** The facts at the moment of a signal. */
export interface DialMoment extends PaceFacts {
  /** Monotonic milliseconds. */
  readonly at: number;
  /** Connections that are up. */
  readonly alive: number;
  readonly random: Random;
}

/** `attempt`: begin one now. */
export type DialEffect = 'attempt' | 'none';

import type { Random } from '../clock.ts';
import type { PaceFacts } from './dial-pace.ts';

/** What may move a dial schedule on. */
export type DialSignal =
  /** A connection is wanted. */
  | { readonly kind: 'wanted' }
  /** A connection broke that had lived for `livedMs`; `alive` others stand. */
  | { readonly kind: 'lost'; readonly livedMs: number; readonly alive: number }
  /** The clock rang; `room` tells whether an attempt can begin. */
  | { readonly kind: 'ticked'; readonly room: boolean }
  | { readonly kind: 'failed'; readonly overload: boolean; readonly handshake: boolean }
  | { readonly kind: 'succeeded'; readonly overload: boolean; readonly waiting: number }
  /** An attempt was withdrawn. */
  | { readonly kind: 'withdrawn'; readonly handshake: boolean }
  /** Trying soon is worth while. */
  | { readonly kind: 'hinted' };

/** What holds at the moment of a signal. */
export interface DialMoment extends PaceFacts {
  /** Monotonic milliseconds. */
  readonly at: number;
  /** Connections that stand. */
  readonly alive: number;
  readonly random: Random;
}

/** `attempt`: begin one now. */
export type DialEffect = 'attempt' | 'none';

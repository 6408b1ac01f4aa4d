import type { Clock, Random } from '../clock.ts';

export interface DialerOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Shortest period between attempts. */
  readonly minPeriodMs: number;
  /** Longest period between attempts. */
  readonly maxPeriodMs: number;
  /** Time limit of an attempt after its TCP connection is established. */
  readonly handshakeTimeoutMs: number;
}

// Core does not export its dialer. The path is relative to test/bench/dist, and leads to the built file.
const built = new URL('../../../../packages/core/dist/dialing/dialer.js', import.meta.url);

/** The `Dialer` from the built package. */
export const { Dialer } = (await import(
  built.href
)) as typeof import('../../../packages/core/dist/dialing/dialer.js');

export type {
  Dialer as RealDialer,
  DialAttempt,
  DialResult,
  DialTicket,
} from '../../../packages/core/dist/dialing/dialer.js';

// The dialer is no part of core's public entry. The address is that of the built file, seen from test/bench/dist.
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

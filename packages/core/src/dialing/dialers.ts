import type { Clock } from '../clock.ts';
import { Dialer, type DialerOptions } from './dialer.ts';

/** A share in the process's dialer for an endpoint. */
export interface DialerLease {
  readonly key: string;
  readonly dialer: Dialer;
  /** Releases this share in the dialer, once; the release of the last share discards the dialer. */
  release(): void;
}

interface Shared {
  readonly dialer: Dialer;
  leases: number;
}

/**
 * The dialers of the process, keyed by clock, then by endpoint. All clients of a process share one dialer per endpoint,
 * so that the number of attempts does not grow with the number of clients. Tests with their own clocks share no
 * dialers.
 */
const dialers = new WeakMap<Clock, Map<string, Shared>>();

/**
 * Returns a share in the process's only dialer for an endpoint, which the first call creates with its options.
 *
 * @param key a stable name for the endpoint
 */
export function acquireDialer(key: string, options: DialerOptions): DialerLease {
  const ofClock = dialers.get(options.clock) ?? new Map<string, Shared>();
  dialers.set(options.clock, ofClock);
  const shared = ofClock.get(key) ?? { dialer: new Dialer(options), leases: 0 };
  ofClock.set(key, shared);
  shared.leases++;
  let isReleased = false;
  return {
    key,
    dialer: shared.dialer,
    release() {
      if (isReleased) return;
      isReleased = true;
      shared.leases--;
      if (shared.leases === 0 && ofClock.get(key) === shared) ofClock.delete(key);
    },
  };
}

import type { Clock } from '../clock.ts';
import { Dialer, type DialerOptions } from './dialer.ts';

/** A share in the process's dialer for an endpoint. */
export interface DialerLease {
  readonly dialer: Dialer;
  /** Gives the share back; with the last one the dialer is forgotten. Further calls do nothing. */
  release(): void;
}

interface Shared {
  readonly dialer: Dialer;
  leases: number;
}

/**
 * Shared by the process: to a server its connections look alike, so attempts must not multiply with the number of
 * clients in the process. Keyed by clock first, so that tests with clocks of their own share nothing.
 *
 * Other module-level state of this package: the default resilience (resilience/create.ts), known command names
 * (catalogue/command-traits.ts), the contexts of requests and operations (verbs/), and caches by weak reference.
 */
const dialers = new WeakMap<Clock, Map<string, Shared>>();

/**
 * The one dialer of the process for an endpoint, made at the first call. The first caller sets its options.
 *
 * @param key a stable name of the endpoint
 */
export function acquireDialer(key: string, options: DialerOptions): DialerLease {
  const ofClock = dialers.get(options.clock) ?? new Map<string, Shared>();
  dialers.set(options.clock, ofClock);
  const shared = ofClock.get(key) ?? { dialer: new Dialer(options), leases: 0 };
  ofClock.set(key, shared);
  shared.leases++;
  let isReleased = false;
  return {
    dialer: shared.dialer,
    release() {
      if (isReleased) return;
      isReleased = true;
      shared.leases--;
      if (shared.leases === 0 && ofClock.get(key) === shared) ofClock.delete(key);
    },
  };
}

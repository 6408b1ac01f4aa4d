import type { Clock } from '../clock.ts';
import { Dialer, type DialerOptions } from './dialer.ts';

interface Shared {
  /** The name of the endpoint: one string for all shares. */
  readonly key: string;
  readonly clock: Clock;
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
  const shared = ofClock.get(key) ?? { key, clock: options.clock, dialer: new Dialer(options), leases: 0 };
  ofClock.set(key, shared);
  return new DialerLease(shared);
}

/** A share in the process's dialer for an endpoint. */
export class DialerLease {
  readonly #shared: Shared;
  #isReleased = false;

  constructor(shared: Shared) {
    shared.leases++;
    this.#shared = shared;
  }

  get key(): string {
    return this.#shared.key;
  }

  get dialer(): Dialer {
    return this.#shared.dialer;
  }

  /** Releases this share in the dialer, once; the release of the last share discards the dialer. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    const { clock, key } = this.#shared;
    const ofClock = dialers.get(clock);
    this.#shared.leases--;
    if (this.#shared.leases === 0 && ofClock?.get(key) === this.#shared) ofClock.delete(key);
  }
}

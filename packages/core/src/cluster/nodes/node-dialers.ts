import type { Dialer, DialerOptions } from '../../dialing/dialer.ts';
import { acquireDialer, type DialerLease } from '../../dialing/dialers.ts';

// Maximum number of addresses to remember. Addresses accumulate as nodes are replaced; beyond this number, the oldest
// address without a connection is discarded.
const maxAddresses = 4_096;

/** The dialers of a cluster's nodes, keyed by address (`host:port`). */
export class NodeDialers {
  readonly #options: DialerOptions;
  readonly #leases = new Map<string, DialerLease>();

  constructor(options: DialerOptions) {
    this.#options = options;
  }

  of(address: string): Dialer {
    const known = this.#leases.get(address);
    if (known !== undefined) return known.dialer;
    if (this.#leases.size >= maxAddresses) this.#forgetOldest();
    const lease = acquireDialer(address, this.#options);
    this.#leases.set(address, lease);
    return lease.dialer;
  }

  /** How long it usually takes to connect to the farthest node; 0 until a node has been connected. */
  get connectMs(): number {
    let most = 0;
    for (const { dialer } of this.#leases.values()) most = Math.max(most, dialer.speed.connectMs);
    return most;
  }

  release(): void {
    for (const lease of this.#leases.values()) lease.release();
    this.#leases.clear();
  }

  #forgetOldest(): void {
    for (const [address, lease] of this.#leases) {
      if (lease.dialer.alive > 0) continue;
      lease.release();
      this.#leases.delete(address);
      return;
    }
  }
}

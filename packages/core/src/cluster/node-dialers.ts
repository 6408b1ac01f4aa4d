import type { CauseCode } from '../cause.ts';
import type { Dialer, DialerOptions } from '../dialing/dialer.ts';
import { acquireDialer, type DialerLease } from '../dialing/dialers.ts';

// Addresses come and go where nodes are replaced: the oldest one without a connection is forgotten first.
const maxAddresses = 256;

/** The dialers of a cluster's nodes, by address (`host:port`), and which of the nodes are away. */
export class NodeDialers {
  readonly #options: DialerOptions;
  readonly #leases = new Map<string, DialerLease>();
  readonly #silent = new Set<string>();

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

  /** The node is connected, or slow to connect, and does not answer. */
  silent(address: string): void {
    this.#silent.add(address);
  }

  /** The node answers. */
  heard(address: string): void {
    this.#silent.delete(address);
  }

  isAway(address: string): boolean {
    return this.causeOf(address) !== undefined;
  }

  /** Why this node is away; undefined while it is not known to be. */
  causeOf(address: string): CauseCode | undefined {
    return this.#silent.has(address) ? 'stalled' : this.#leases.get(address)?.dialer.failure?.cause;
  }

  /** Why one of these nodes is away; undefined while none is. */
  firstCauseAmong(addresses: ReadonlySet<string>): CauseCode | undefined {
    for (const address of addresses) {
      const cause = this.causeOf(address);
      if (cause !== undefined) return cause;
    }
    return undefined;
  }

  release(): void {
    for (const lease of this.#leases.values()) lease.release();
    this.#leases.clear();
    this.#silent.clear();
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

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Lease } from './lease.ts';

/** A lease that the running code holds, and the leases inside which it was acquired. */
export interface HeldLease {
  /**
   * Undefined once the lease is over, so that the lease can be freed. Every promise that the work created keeps this
   * object in memory, some of them until the next full garbage collection.
   */
  lease: Lease | undefined;
  readonly pool: object;
  readonly outer: HeldLease | undefined;
}

const storage = new AsyncLocalStorage<HeldLease>();

/**
 * Returns the record of a lease for the code that will run inside it. The calling code may already be inside other
 * leases.
 */
export function heldLease(lease: Lease, pool: object): HeldLease {
  return { lease, pool, outer: storage.getStore() };
}

/** Calls `run` inside a lease: all code that `run` starts, even asynchronously, is recognised as holding that lease. */
export function runInside<T>(held: HeldLease, run: () => T): T {
  return storage.run(held, run);
}

/** Whether the running code holds a lease from this pool. */
export function isInsideLeaseOf(pool: object): boolean {
  for (let held = storage.getStore(); held !== undefined; held = held.outer) {
    if (held.pool === pool && held.lease?.isActive === true) return true;
  }
  return false;
}

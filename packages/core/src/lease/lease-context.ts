import { AsyncLocalStorage } from 'node:async_hooks';
import type { Lease } from './lease.ts';

/** A lease that the running code holds, and the leases inside which it was acquired. */
export interface HeldLease {
  /**
   * Undefined once the lease is over, so that it can be freed: every promise that the work made keeps this object in
   * memory, some until the next full garbage collection.
   */
  lease: Lease | undefined;
  readonly pool: object;
  readonly outer: HeldLease | undefined;
}

const storage = new AsyncLocalStorage<HeldLease>();

/** Returns a lease as code that is called now will hold it. */
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

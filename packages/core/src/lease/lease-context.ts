import { AsyncLocalStorage } from 'node:async_hooks';
import type { Lease } from './lease.ts';

/** A lease that the running code holds, and the leases inside which it was acquired. */
interface Held {
  readonly lease: Lease;
  readonly pool: object;
  readonly outer: Held | undefined;
}

const storage = new AsyncLocalStorage<Held>();

/** Calls `run` inside a lease: all code that `run` starts, even asynchronously, is recognised as holding that lease. */
export function runInside<T>(lease: Lease, pool: object, run: () => T): T {
  return storage.run({ lease, pool, outer: storage.getStore() }, run);
}

/** Whether the running code holds a lease from this pool. */
export function isInsideLeaseOf(pool: object): boolean {
  for (let held = storage.getStore(); held !== undefined; held = held.outer) {
    if (held.pool === pool && held.lease.isActive) return true;
  }
  return false;
}

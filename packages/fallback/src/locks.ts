export { createLocks, type AcquireOptions, type LockOptions, type Locks } from './locks/create-locks.ts';
export type { Lock } from './locks/held-lock.ts';

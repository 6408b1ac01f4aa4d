import { isRedisResilienceError } from '@redis-resilience/core';
import type { RequestGuard } from '@redis-resilience/core/http';
import type { Redis } from 'ioredis';

/** GET /state: returns the state of Redis when the request began. */
export function stateOf({ status, degraded, reads, writes, cause }: RequestGuard) {
  return { status, degraded, reads, writes, cause: cause?.code };
}

/** GET /fallback: a read that uses its fallback while Redis is down. */
export async function readOrFallBack(guard: RequestGuard) {
  const value = await guard.execute((redis) => redis.get('contract'), { fallback: () => 'fallback' });
  return { value, degraded: guard.degraded };
}

/** GET /plain: a read without a fallback, whose error becomes the error of the handler. */
export async function readPlainly({ client }: RequestGuard) {
  return { value: await client.get('contract') };
}

/** POST /writes: a write behind `requireRedis('write')`. */
export async function write({ client }: RequestGuard) {
  await client.set('contract', 'written');
  return { written: true };
}

/**
 * GET /lease: returns whether the leased connection differs from the shared one, and a number that only
 * transactions increase.
 */
export async function lease(guard: RequestGuard) {
  const own = await guard.lease((client) => client.client('ID'));
  const shared = await (guard.client as Redis).client('ID');
  const count = await guard.transaction(['contract:count'], async (tx) => {
    const before = Number(await tx.get('contract:count'));
    await tx.commit((multi) => [multi.set('contract:count', before + 1)]);
    return before + 1;
  });
  return { isOwn: own !== shared, count };
}

/** GET /twenty-leases: returns the error codes of the leases that failed. */
export async function leaseTwentyTimes(guard: RequestGuard) {
  return await codesOf(() => guard.lease((client) => client.get('contract')));
}

/** GET /twenty-reads: returns the error codes of the reads that failed. */
export async function readTwentyTimes({ client }: RequestGuard) {
  return await codesOf(() => client.get('contract'));
}

async function codesOf(call: () => Promise<unknown>) {
  const codes = new Set<string>();
  for (let turn = 0; turn < 20; turn++) {
    await call().catch((error: unknown) => {
      if (!isRedisResilienceError(error)) throw error;
      codes.add(error.code);
    });
  }
  return { codes: [...codes] };
}

/** GET /broken: throws an error that is not of this library. */
export function breakDown(): never {
  throw new Error('a bug, and nothing to do with Redis');
}

/** The routes that only read, by their paths. */
export const reads: Readonly<Record<string, (guard: RequestGuard) => unknown>> = {
  '/state': stateOf,
  '/fallback': readOrFallBack,
  '/plain': readPlainly,
  '/lease': lease,
  '/twenty-leases': leaseTwentyTimes,
  '/twenty-reads': readTwentyTimes,
};

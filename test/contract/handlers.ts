import { isRedisResilienceError } from '@redis-resilience/core';
import type { RequestGuard } from '@redis-resilience/core/http';

/** GET /state: what the request knows. */
export function stateOf({ status, degraded, reads, writes, cause }: RequestGuard) {
  return { status, degraded, reads, writes, cause: cause?.code };
}

/** GET /fallback: a read that takes its fallback. */
export async function readOrFallBack(guard: RequestGuard) {
  const value = await guard.execute((redis) => redis.get('contract'), { fallback: () => 'fallback' });
  return { value, degraded: guard.degraded };
}

/** GET /plain: a read whose failure is the handler's failure. */
export async function readPlainly({ client }: RequestGuard) {
  return { value: await client.get('contract') };
}

/** POST /writes, behind requireRedis('write'). */
export async function write({ client }: RequestGuard) {
  await client.set('contract', 'written');
  return { written: true };
}

/** GET /twenty-reads: the codes of those that failed. */
export async function readTwentyTimes({ client }: RequestGuard) {
  const codes = new Set<string>();
  for (let turn = 0; turn < 20; turn++) {
    await client.get('contract').catch((error: unknown) => {
      if (!isRedisResilienceError(error)) throw error;
      codes.add(error.code);
    });
  }
  return { codes: [...codes] };
}

/** GET /broken: a bug. */
export function breakDown(): never {
  throw new Error('a bug, and nothing to do with Redis');
}

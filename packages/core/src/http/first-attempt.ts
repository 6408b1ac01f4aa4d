import { systemClock } from '../clock.ts';
import type { RedisResilience } from '../redis-resilience.ts';
import type { RedisSnapshot } from '../snapshot.ts';
import { untilChange } from '../verbs/until-change.ts';
import type { GuardPolicy } from './guard-policy.ts';

/** The default of `admission.maxWaitMs`. */
const maxWaitMs = 250;

/**
 * Waits until the first attempt to connect has succeeded or failed, for at most 250 ms and at most the request's
 * budget. Without this wait, the first requests after the start would mistake a healthy Redis for one that is down.
 * Resolves with the policy for the rest of the request: the waiting time is deducted from its budget. Returns undefined
 * if `snapshot` shows that there is nothing to wait for.
 */
export function untilDecided(
  resilience: Pick<RedisResilience, 'on' | 'snapshot'>,
  policy: GuardPolicy = {},
  snapshot: RedisSnapshot = resilience.snapshot(),
): Promise<GuardPolicy> | undefined {
  if (isDecided(snapshot)) return undefined;
  const { budgetMs } = policy;
  const startedAt = systemClock.now();
  const timeoutMs = Math.min(budgetMs ?? maxWaitMs, maxWaitMs);
  return untilChange(resilience, systemClock, isDecided, { timeoutMs }).then(() => {
    if (budgetMs === undefined) return policy;
    return { ...policy, budgetMs: Math.max(0, budgetMs - (systemClock.now() - startedAt)) };
  });
}

function isDecided({ status, cause, connection }: RedisSnapshot): boolean {
  return status === 'up' || cause !== undefined || connection !== 'connecting';
}

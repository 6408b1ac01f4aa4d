import type { OptionReaders } from '../options/check-options.ts';
import { runWithBudget } from '../verbs/request-budget.ts';
import { booleanOf, durationOf, oneOf } from '../options/option-readers.ts';
import type { PlainResponse } from './plain-response.ts';
import { refuseWithout } from './problem-response.ts';
import type { RequestGuard } from './request-guard.ts';

/** What `redisGuard()` does with a request, in every framework. */
export interface GuardPolicy {
  /**
   * `flag` lets every request pass and gives it the state of Redis. `reject` answers 503 while Redis is down; while it
   * is degraded, requests still pass, because it recovers by their commands. Default `flag`.
   */
  readonly mode?: 'flag' | 'reject';
  /** Sends `Cache-Control: no-store` with answers that are given while Redis is not up. Default `false`. */
  readonly noStore?: boolean;
  /** How long one request may wait for Redis, all its commands together. Default: no limit. */
  readonly budgetMs?: number;
}

/** Readers of {@link GuardPolicy}, for adapters that check it beside options of their own. */
export const guardPolicyReaders: OptionReaders<GuardPolicy> = {
  mode: oneOf('flag', 'reject'),
  noStore: booleanOf,
  budgetMs: durationOf(1),
};

const noStore: Readonly<Record<string, string>> = Object.freeze({ 'Cache-Control': 'no-store' });
const none: Readonly<Record<string, string>> = Object.freeze({});

/** The refusal of a request under this policy; undefined when it may pass. */
export function refuseByPolicy(policy: GuardPolicy, guard: RequestGuard): PlainResponse | undefined {
  return policy.mode === 'reject' ? refuseWithout(undefined, guard.snapshot) : undefined;
}

/** The headers to set before the handler runs, empty where there are none; the handler may replace them. */
export function headersByPolicy(policy: GuardPolicy, guard: RequestGuard): Readonly<Record<string, string>> {
  return policy.noStore === true && guard.degraded ? noStore : none;
}

/** Runs the rest of the request, under its budget when the policy has one. */
export function runByPolicy<T>(policy: GuardPolicy, run: () => T): T {
  return policy.budgetMs === undefined ? run() : runWithBudget(policy.budgetMs, run);
}

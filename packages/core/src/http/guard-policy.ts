import { ConfigurationError } from '../errors.ts';
import type { OptionReaders } from '../options/check-options.ts';
import { runWithBudget } from '../verbs/request-budget.ts';
import { booleanOf, durationOf, oneOf } from '../options/option-readers.ts';
import type { PlainResponse } from './plain-response.ts';
import { refuseWithout } from './problem-response.ts';
import type { RequestGuard } from './request-guard.ts';
import { tellMistake } from '../observability/told-mistakes.ts';

/** How `redisGuard()` handles a request, in every framework. */
export interface GuardPolicy {
  /**
   * `flag` lets every request through and attaches the state of Redis to it. `reject` responds with 503 while Redis is
   * down. While Redis is degraded, requests still go through, because it is their commands that show when Redis works
   * again. Default `flag`.
   */
  readonly mode?: 'flag' | 'reject';
  /** Adds `Cache-Control: no-store` to responses while Redis is not up. Default `false`. */
  readonly noStore?: boolean;
  /** How long one request may wait for Redis in total, across all its commands. Default: no limit. */
  readonly budgetMs?: number;
}

/** The validators of the options in {@link GuardPolicy}, for adapters that have further options of their own. */
export const guardPolicyReaders: OptionReaders<GuardPolicy> = {
  mode: oneOf('flag', 'reject'),
  noStore: booleanOf,
  budgetMs: durationOf(1),
};

const noStore: Readonly<Record<string, string>> = Object.freeze({ 'Cache-Control': 'no-store' });
const none: Readonly<Record<string, string>> = Object.freeze({});

/** Returns the 503 response that rejects a request under this policy; undefined if the request may go through. */
export function refuseByPolicy(policy: GuardPolicy, guard: RequestGuard): PlainResponse | undefined {
  if (policy.mode !== 'reject') return undefined;
  rejecting.add(guard);
  return refuseWithout(undefined, guard.snapshot);
}

const rejecting = new WeakSet<RequestGuard>();

/**
 * Warns once if a health probe has passed a guard that rejects requests while Redis is down: in an outage, this guard
 * would reject the probes as well, and a failed liveness probe restarts the process.
 */
export function warnOfGuardedProbe(guard: RequestGuard | undefined): void {
  if (guard === undefined || !rejecting.has(guard)) return;
  tellMistake(
    new ConfigurationError(
      "redisHealth() is mounted after redisGuard({ mode: 'reject' }), which rejects health probes while Redis is down. " +
        'Mount redisHealth() before redisGuard().',
    ),
  );
}

/** Returns the headers, if any, to set before the handler runs, so that the handler may override them. */
export function headersByPolicy(policy: GuardPolicy, guard: RequestGuard): Readonly<Record<string, string>> {
  return policy.noStore === true && guard.degraded ? noStore : none;
}

/** Runs the rest of the request, within a budget if the policy sets one. */
export function runByPolicy<T>(policy: GuardPolicy, run: () => T): T {
  return policy.budgetMs === undefined ? run() : runWithBudget(policy.budgetMs, run);
}

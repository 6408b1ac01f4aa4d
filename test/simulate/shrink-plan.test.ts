import { expect, it } from 'vitest';
import { planOf, type Plan } from './plan.ts';
import { commandFor, shrinkPlan } from './shrink-plan.ts';
import type { RunResult } from './simulate.ts';

it('of the faults of a failure those are left that it needs, and the command line names them', async () => {
  const whole = planOf(4, 60);
  const needed = [whole.faults[2], whole.faults[9]];
  const live = async (plan: Plan): Promise<RunResult> =>
    resultOf(
      plan,
      needed.every((fault) => plan.faults.some((each) => each === fault)),
    );
  const small = await shrinkPlan(whole, await live(whole), live);
  expect(small.plan.faults).toEqual(needed);
  expect(commandFor(whole, small.plan)).toBe('npm run simulate -- --seed 4 --faults 3,10');
});

it('a failure that needs no fault of its seed is repeated by the seed alone', () => {
  const whole = planOf(4, 30);
  expect(commandFor(whole, whole)).toBe('npm run simulate -- --seed 4 --seconds 30');
});

function resultOf({ seed }: Plan, isBroken: boolean): RunResult {
  const findings = isBroken ? [{ kind: 'late', atMs: 1, text: 'get' } as const] : [];
  return {
    seed,
    findings,
    digest: '',
    calls: 0,
    connections: 0,
    slowestRecoveryMs: 0,
    isHistoryUndecided: false,
  };
}

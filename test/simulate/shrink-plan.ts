import type { Plan, PlannedFault } from './plan.ts';
import type { RunResult } from './simulate.ts';

/** Removes faults from a plan as long as the rest still produces a finding of one of the original kinds. */
export async function shrinkPlan(
  plan: Plan,
  found: RunResult,
  live: (plan: Plan) => Promise<RunResult>,
): Promise<{ readonly plan: Plan; readonly result: RunResult }> {
  const kinds = new Set(found.findings.map(({ kind }) => kind));
  let best = { plan, result: found };
  for (let size = plan.faults.length >> 1; size >= 1; size >>= 1) {
    for (let from = 0; from < best.plan.faults.length;) {
      const faults = best.plan.faults.toSpliced(from, size);
      const fewer = { ...plan, faults };
      const result = await live(fewer);
      if (result.findings.some(({ kind }) => kinds.has(kind))) best = { plan: fewer, result };
      else from += size;
    }
  }
  return best;
}

/** Returns the command line that repeats a run with only some faults of its plan. */
export function commandFor(whole: Plan, part: Plan): string {
  const seconds = whole.untilMs / 1_000;
  const command = `npm run simulate -- --seed ${whole.seed}${seconds === 60 ? '' : ` --seconds ${seconds}`}`;
  if (part.faults.length === whole.faults.length) return command;
  return `${command} --faults ${numbersOf(whole, part.faults).join(',')}`;
}

function numbersOf(whole: Plan, faults: readonly PlannedFault[]): readonly number[] {
  return faults.map((fault) => whole.faults.indexOf(fault) + 1);
}

import { failedFirst, hasPassed, newsOf, type Drill } from '../outcome.ts';

/** Returns the figures of a drill as the object that `--json` prints. */
export function drillJson(drill: Drill): unknown {
  return {
    command: drill.command,
    requests: drill.requests,
    seed: drill.seed,
    news: newsOf(drill),
    passed: drill.outcomes.every(hasPassed),
    plans: failedFirst(drill.outcomes).map((outcome) => ({
      name: outcome.rehearsal.plan.name,
      passed: hasPassed(outcome),
      figures: outcome.figures,
      missed: outcome.misses,
      troubles: outcome.troubles,
      thresholds: outcome.rehearsal.plan.thresholds,
    })),
  };
}

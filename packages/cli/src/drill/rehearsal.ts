import type { Plan } from './plans/plan.ts';
import type { ProbeSample } from './traffic/probes.ts';
import type { Sample } from './traffic/traffic.ts';

/**
 * Everything that was measured during one run of a plan. Times are in milliseconds, counted from when the application
 * first responded to a request.
 */
export interface Rehearsal {
  readonly plan: Plan;
  readonly samples: readonly Sample[];
  readonly probes: readonly ProbeSample[];
  readonly memory: readonly { readonly atMs: number; readonly mb: number }[];
  readonly faultAtMs: number;
  /** When the fault was repaired, so that the application could use Redis again on new connections. */
  readonly backAtMs: number;
  readonly endMs: number;
  /** Whether the application connected to the Redis in REDIS_URL. */
  readonly usedRedis: boolean;
  /** Whether the application exited on its own during the run. */
  readonly appDied: boolean;
}

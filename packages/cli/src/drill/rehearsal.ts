import type { Plan } from './plans/plan.ts';
import type { ProbeSample } from './traffic/probes.ts';
import type { Sample } from './traffic/traffic.ts';

/** Everything measured while one plan was rehearsed. All times in milliseconds since its beginning. */
export interface Rehearsal {
  readonly plan: Plan;
  readonly samples: readonly Sample[];
  readonly probes: readonly ProbeSample[];
  readonly memory: readonly { readonly atMs: number; readonly mb: number }[];
  readonly faultAtMs: number;
  /** Redis was back for whoever connects anew. */
  readonly backAtMs: number;
  readonly endMs: number;
  /** The application connected to the Redis it was given. */
  readonly usedRedis: boolean;
  /** The application ended by itself meanwhile. */
  readonly appDied: boolean;
}

/** What an application must keep in every rehearsal. */
export interface Thresholds {
  /** Share of requests that may fail, 0 to 1. An honest 503 with Retry-After is a refusal, not a failure. */
  readonly failedRatio: number;
  /** Longest that any request may take, and the 99th percentile. */
  readonly hangMs: number;
  readonly p99Ms: number;
  /** From the end of the fault until requests succeed again, and until the health endpoint says so. */
  readonly recoveryMs: number;
  /** Longest that readiness and liveness may take to answer: what a probe waits by default. */
  readonly probeMs: number;
  /** How often liveness may fail: each time an orchestrator would restart the process. */
  readonly livenessFailures: number;
  /** Memory that the process may gain. */
  readonly memoryGrowthMb: number;
}

/** Of a plan that names none. */
export const defaultThresholds: Thresholds = {
  failedRatio: 0.01,
  hangMs: 1500,
  p99Ms: 1200,
  recoveryMs: 2000,
  probeMs: 1000,
  livenessFailures: 0,
  memoryGrowthMb: 128,
};

export const thresholdNames = Object.keys(defaultThresholds) as readonly (keyof Thresholds)[];

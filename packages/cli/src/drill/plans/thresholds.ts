/** Limits that an application must keep in a rehearsal. */
export interface Thresholds {
  /** Share of requests that may fail, 0 to 1. A 503 with Retry-After is a refusal, not a failure. */
  readonly failedRatio: number;
  /** Longest duration of any request, and of the 99th percentile. */
  readonly hangMs: number;
  readonly p99Ms: number;
  /**
   * Longest time from the end of the fault until requests succeed again, and until the health endpoint is well again.
   */
  readonly recoveryMs: number;
  /** Longest duration of a readiness or liveness probe. The default is that of Kubernetes. */
  readonly probeMs: number;
  /** How often the liveness probe may fail. Each failure might make an orchestrator restart the process. */
  readonly livenessFailures: number;
  /** Growth of the memory of the process and its children. */
  readonly memoryGrowthMb: number;
}

/** The thresholds of a plan that sets none. */
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

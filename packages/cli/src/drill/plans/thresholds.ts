/** Limits that an application must not exceed during a drill. */
export interface Thresholds {
  /** Maximum share of failed requests, 0 to 1. A 503 with Retry-After is a refusal, not a failure. */
  readonly failedRatio: number;
  /** Maximum duration of any request, and of the 99th percentile. */
  readonly hangMs: number;
  readonly p99Ms: number;
  /** Maximum time from the end of the fault until requests succeed and the health endpoint is healthy again. */
  readonly recoveryMs: number;
  /** Maximum duration of a readiness or liveness probe. The default is that of Kubernetes. */
  readonly probeMs: number;
  /** Maximum number of failed liveness probes. Each failure might make an orchestrator restart the process. */
  readonly livenessFailures: number;
  /** Maximum memory growth of the process and its children. */
  readonly memoryGrowthMb: number;
}

/** The thresholds of a plan that does not set any. */
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

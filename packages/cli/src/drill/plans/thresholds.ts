/** Limits that an application must not exceed during a drill. */
export interface Thresholds {
  /** Maximum share of failed requests, from 0 to 1. A 503 with Retry-After counts as refused, not as failed. */
  readonly failedRatio: number;
  /** Maximum duration of the longest request, in milliseconds. */
  readonly hangMs: number;
  /** Maximum for the 99th percentile of the durations of requests, in milliseconds. */
  readonly p99Ms: number;
  /**
   * Maximum time from the repair of the fault until requests succeed and the health endpoint is healthy, in
   * milliseconds.
   */
  readonly recoveryMs: number;
  /**
   * Maximum duration of a readiness or liveness probe, in milliseconds. The default, 1,000, is also the default timeout
   * of a probe in Kubernetes.
   */
  readonly probeMs: number;
  /**
   * Maximum number of failed liveness probes. After a failed liveness probe, an orchestrator might restart the process.
   */
  readonly livenessFailures: number;
  /** Maximum growth of the memory of the process and its children, in MB. */
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

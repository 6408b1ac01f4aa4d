/** The result of one check of a target of `watch`. */
export interface Look {
  readonly status: 'up' | 'degraded' | 'down' | 'unreachable';
  readonly latencyMs: number;
  readonly circuit: string;
  readonly outages: number | undefined;
  readonly cause: string | undefined;
}

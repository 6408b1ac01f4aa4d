/** What one look at a target shows. */
export interface Look {
  readonly status: 'up' | 'degraded' | 'down' | 'unreachable';
  readonly latencyMs: number;
  readonly circuit: string;
  readonly outages: number | undefined;
  readonly cause: string | undefined;
}

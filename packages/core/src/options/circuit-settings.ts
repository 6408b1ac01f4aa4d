import type { CircuitOptions } from './options.ts';

/**
 * `CircuitOptions` with every default filled in. If `slowMs` is undefined, the threshold for a slow call is derived
 * from `timeoutMs` and the usual round trip.
 */
export type CircuitSettings = Readonly<
  Required<Omit<CircuitOptions, 'slowMs'>> & { slowMs: number | undefined }
>;

/** The defaults of {@link CircuitOptions}. */
export const circuitDefaults: CircuitSettings = {
  mode: 'enforce',
  failureRatio: 0.5,
  slowRatio: 0.8,
  slowMs: undefined,
  minCalls: 20,
  maxConsecutiveFailures: 5,
  windowMs: 2000,
  openMs: 500,
  maxOpenMs: 30_000,
  trials: 3,
};

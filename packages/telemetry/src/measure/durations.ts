import { durationBoundsMs, type DurationTotals } from '@redis-resilience/core';

/** Upper bounds of the histogram buckets for commands and operations, in seconds. */
export const commandBounds: readonly number[] = durationBoundsMs.map((bound) => bound / 1000);

/** Upper bounds of the histogram buckets for outages, in seconds: from 100 ms to half an hour. */
export const outageBounds: readonly number[] = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];

/** The counts of a histogram. */
export interface DurationFigures {
  readonly bounds: readonly number[];
  /** Number of durations in each bucket, not cumulative. The last bucket counts durations above the highest bound. */
  readonly counts: ArrayLike<number>;
  readonly sumSeconds: number;
  readonly count: number;
}

/** Converts one of core's histograms to seconds. */
export function figuresOf({ buckets, count, sumMs }: DurationTotals): DurationFigures {
  return { bounds: commandBounds, counts: buckets, count, sumSeconds: sumMs / 1000 };
}

/** A histogram that keeps its counts in typed arrays, so that recording a duration allocates no memory. */
export class Durations implements DurationFigures {
  readonly bounds: readonly number[];
  readonly counts: Float64Array;
  sumSeconds = 0;
  count = 0;
  readonly #boundsMs: Float64Array;
  /** Called with each recorded duration. An exporter that has its own kind of histogram sets this callback. */
  onRecord: ((seconds: number) => void) | undefined = undefined;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
    this.#boundsMs = Float64Array.from(bounds, (bound) => bound * 1000);
  }

  record(durationMs: number): void {
    const bounds = this.#boundsMs;
    let bucket = 0;
    while (bucket < bounds.length && durationMs > (bounds[bucket] as number)) bucket++;
    (this.counts[bucket] as number)++;
    this.sumSeconds += durationMs / 1000;
    this.count++;
    this.onRecord?.(durationMs / 1000);
  }
}

/**
 * Returns the upper bound, in seconds, of the bucket that contains a quantile. A quantile above all bounds yields the
 * highest bound. Undefined if nothing was counted. `share` is 0.95 for the 95th percentile.
 */
export function quantile(
  bounds: readonly number[],
  counts: ArrayLike<number>,
  share: number,
): number | undefined {
  let total = 0;
  for (let index = 0; index < counts.length; index++) total += counts[index] as number;
  if (total === 0) return undefined;
  let left = total * share;
  for (let index = 0; index < bounds.length; index++) {
    left -= counts[index] as number;
    if (left <= 0) return bounds[index];
  }
  return bounds.at(-1);
}

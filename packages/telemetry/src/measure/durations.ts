import { durationBoundsMs, type DurationTotals } from '@redis-resilience/core';

/** Bounds of buckets for commands and operations, in seconds. */
export const commandBounds: readonly number[] = durationBoundsMs.map((bound) => bound / 1000);

/** Bounds of buckets for outages, in seconds: from a blip to half an hour. */
export const outageBounds: readonly number[] = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800];

/** A histogram, as it is read. */
export interface DurationFigures {
  readonly bounds: readonly number[];
  /** How many fell into each bucket, not cumulated; the last one is beyond all bounds. */
  readonly counts: ArrayLike<number>;
  readonly sumSeconds: number;
  readonly count: number;
}

/** What core counted, in seconds. */
export function figuresOf({ buckets, count, sumMs }: DurationTotals): DurationFigures {
  return { bounds: commandBounds, counts: buckets, count, sumSeconds: sumMs / 1000 };
}

/** A histogram: so many durations up to each bound, and their sum. Recording costs a comparison or two. */
export class Durations implements DurationFigures {
  readonly bounds: readonly number[];
  readonly counts: Float64Array;
  sumSeconds = 0;
  count = 0;
  readonly #boundsMs: Float64Array;
  /** Told of each duration, by those who keep a histogram of their own. */
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
 * The duration, in seconds, that this share of the counted durations does not exceed, as the bound of its bucket;
 * undefined when nothing was counted.
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

import type { Clock } from '@redis-resilience/core';
import { pause } from '@redis-resilience/core/kit';

const batchSize = 50;
const pauseMs = 10;

/** Yields the items in batches, with a pause between two batches, so that the calls of the application get their turn. */
export async function* spacedBatches<T>(items: readonly T[], clock: Clock): AsyncGenerator<readonly T[]> {
  for (let from = 0; from < items.length; from += batchSize) {
    if (from > 0) await pause(clock, pauseMs);
    yield items.slice(from, from + batchSize);
  }
}

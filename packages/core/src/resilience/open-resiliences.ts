import type { RedisResilience } from '../redis-resilience.ts';
import { noticeSecondCopy } from './second-copy.ts';

const made = new Set<WeakRef<RedisResilience>>();
/**
 * When the set `made` has grown to this size, entries of garbage-collected instances are removed. This limit
 * is then set to twice the number of remaining entries, so that the average cost of adding an entry stays small.
 */
let fullSize = 64;

/**
 * Adds an instance to {@link openResiliences} without preventing its garbage collection. Also warns if a second copy of
 * core is loaded.
 */
export function noteMade(resilience: RedisResilience): void {
  noticeSecondCopy();
  if (made.size >= fullSize) forgetGone();
  made.add(new WeakRef(resilience));
}

/** Returns every `RedisResilience` of this process that is not closed, in the order of creation. */
export function openResiliences(): readonly RedisResilience[] {
  return Array.from(made, (each) => each.deref()).filter(isOpen);
}

function forgetGone(): void {
  for (const each of made) if (each.deref() === undefined) made.delete(each);
  fullSize = Math.max(64, 2 * made.size);
}

function isOpen(resilience: RedisResilience | undefined): resilience is RedisResilience {
  return resilience !== undefined && resilience.snapshot().connection !== 'ended';
}

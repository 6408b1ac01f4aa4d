import type { RedisResilience } from '../redis-resilience.ts';
import { noticeSecondCopy } from './second-copy.ts';

const made = new Set<WeakRef<RedisResilience>>();
/**
 * When the set has grown to this size, closed and garbage-collected resiliences are removed from it. The limit is then
 * set to twice the remaining size, so that the average cost per resilience stays small.
 */
let fullSize = 64;

/**
 * Records a resilience for {@link openResiliences} without keeping it alive. Also warns if a second copy of core is
 * loaded.
 */
export function noteMade(resilience: RedisResilience): void {
  noticeSecondCopy();
  if (made.size >= fullSize) forgetGone();
  made.add(new WeakRef(resilience));
}

/** Returns every resilience of this process that is not closed, in the order of creation. */
export function openResiliences(): readonly RedisResilience[] {
  return Array.from(made, (each) => each.deref()).filter(isOpen);
}

function forgetGone(): void {
  for (const each of made) if (!isOpen(each.deref())) made.delete(each);
  fullSize = Math.max(64, 2 * made.size);
}

function isOpen(resilience: RedisResilience | undefined): resilience is RedisResilience {
  return resilience !== undefined && resilience.snapshot().connection !== 'ended';
}

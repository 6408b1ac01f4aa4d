import type { RedisResilience } from '../redis-resilience.ts';
import { noticeSecondCopy } from './second-copy.ts';

const made = new Set<WeakRef<RedisResilience>>();

/** Remembers a resilience for {@link openResiliences}, without keeping it alive; a second copy of core is reported. */
export function noteMade(resilience: RedisResilience): void {
  noticeSecondCopy();
  for (const each of made) if (!isOpen(each.deref())) made.delete(each);
  made.add(new WeakRef(resilience));
}

/** Every resilience of this process that is not closed, in the order in which they were made. */
export function openResiliences(): readonly RedisResilience[] {
  return Array.from(made, (each) => each.deref()).filter(isOpen);
}

function isOpen(resilience: RedisResilience | undefined): resilience is RedisResilience {
  return resilience !== undefined && resilience.snapshot().connection !== 'ended';
}

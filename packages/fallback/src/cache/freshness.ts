import type { Random } from '@redis-resilience/core';
import type { CacheEntry } from './entry.ts';

/**
 * Varies a time to live at random by up to `ratio` in both directions, so that values loaded together do not expire
 * together.
 *
 * @example
 * jittered(60_000, 0.1, () => 0); // 54_000
 */
export function jittered(ttlMs: number, ratio: number, random: Random): number {
  return Math.max(1, Math.round(ttlMs * (1 + ratio * (2 * random() - 1))));
}

/**
 * Decides at random whether to reload a value that is still fresh (the algorithm XFetch). `leftMs` is what is left of
 * the ttl. The probability is exp(-leftMs / (beta * loadMs)), so it is higher near the end of the ttl and for values
 * that load slowly. With `beta` 0, the probability is 0.
 */
export function refreshesEarly(leftMs: number, loadMs: number, beta: number, random: Random): boolean {
  if (beta === 0 || loadMs === 0) return false;
  return -beta * loadMs * Math.log(1 - random()) >= leftMs;
}

/**
 * Returns how long Redis must keep an entry: until its ttl ends, plus the time for which it may be returned stale.
 * Returns 0 if the entry is no longer fresh.
 */
export function keepInRedisMs(
  { freshUntil }: CacheEntry,
  wallNow: number,
  staleWhileRevalidateMs: number,
): number {
  const leftMs = freshUntil - wallNow;
  return leftMs > 0 ? leftMs + staleWhileRevalidateMs : 0;
}

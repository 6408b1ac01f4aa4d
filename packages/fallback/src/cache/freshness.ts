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
 * XFetch: whether to reload a value that is still fresh. The probability is exp(-leftMs / (beta * loadMs)): higher near
 * the end of the ttl and for slow loads. With `beta` 0 it is 0.
 */
export function refreshesEarly(leftMs: number, loadMs: number, beta: number, random: Random): boolean {
  if (beta === 0 || loadMs === 0) return false;
  return -beta * loadMs * Math.log(1 - random()) >= leftMs;
}

/** How long Redis must keep the entry: for as long as it may be returned. 0 if it is no longer fresh. */
export function keepInRedisMs(
  { freshUntil }: CacheEntry,
  wallNow: number,
  staleWhileRevalidateMs: number,
): number {
  const leftMs = freshUntil - wallNow;
  return leftMs > 0 ? leftMs + staleWhileRevalidateMs : 0;
}

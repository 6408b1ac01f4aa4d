import type { Random } from '@redis-resilience/core';

/**
 * Spreads a time to live by up to `ratio` each way, so that what was loaded together does not expire together.
 *
 * @example
 * jittered(60_000, 0.1, () => 0); // 54_000
 */
export function jittered(ttlMs: number, ratio: number, random: Random): number {
  return Math.max(1, Math.round(ttlMs * (1 + ratio * (2 * random() - 1))));
}

/**
 * XFetch: whether to load anew although the value is still fresh, more likely the nearer its end and the dearer the
 * load: with probability exp(-leftMs / (beta * loadMs)). With `beta` 0 never.
 */
export function refreshesEarly(leftMs: number, loadMs: number, beta: number, random: Random): boolean {
  if (beta === 0 || loadMs === 0) return false;
  return -beta * loadMs * Math.log(1 - random()) >= leftMs;
}

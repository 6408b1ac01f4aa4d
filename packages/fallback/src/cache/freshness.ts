import type { Random } from '@redis-resilience/core';
import type { CacheEntry } from './entry.ts';
import type { Loaded } from './single-flight.ts';

/** The settings of a cache that decide how long a value is fresh. */
export interface FreshnessSettings {
  readonly ttlMs: number;
  /** How long a loaded value is fresh if it is `null` or `undefined`. */
  readonly negativeTtlMs: number;
  readonly ttlJitterRatio: number;
  readonly random: Random;
}

/**
 * Returns for how many milliseconds a loaded value is fresh; 0 if it must not be stored. `ttlMs` is what the caller of
 * the cache asked for. The ttl varies at random by up to `ttlJitterRatio`, so that values loaded together do not expire
 * together. A ttl that the loader set is only shortened, because the loader may have taken it from a promise such as
 * `Cache-Control: max-age`; any other ttl varies in both directions.
 */
export function freshForMs(
  { value, ttlMs: loadersMs }: Pick<Loaded<unknown>, 'value' | 'ttlMs'>,
  ttlMs: number | undefined,
  settings: FreshnessSettings,
): number {
  const { ttlJitterRatio, random, negativeTtlMs } = settings;
  const isNothing = value === undefined || value === null;
  const usualMs = isNothing ? negativeTtlMs : (ttlMs ?? settings.ttlMs);
  if (loadersMs === undefined) return varied(usualMs, 1 + ttlJitterRatio * (2 * random() - 1));
  return varied(isNothing ? Math.min(loadersMs, usualMs) : loadersMs, 1 - ttlJitterRatio * random());
}

function varied(ttlMs: number, factor: number): number {
  return ttlMs === 0 ? 0 : Math.max(1, Math.floor(ttlMs * factor));
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

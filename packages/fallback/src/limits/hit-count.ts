/** How many requests one client has made in its current time window. Times are wall-clock times in milliseconds. */
export interface HitCount {
  readonly hits: number;
  readonly endsAt: number;
  /** When the client's block ends; 0 if the client is not blocked. */
  readonly blockedUntil: number;
}

/** How many requests are allowed, and what happens to a client that exceeds the limit. */
export interface HitRule {
  readonly ttlMs: number;
  readonly limit: number;
  /** How long a client that exceeds the limit is blocked; with 0, the client is blocked until its window ends. */
  readonly blockMs: number;
}

/**
 * Returns the count after one more request. The first request after a block begins a new window. Requests of a blocked
 * client are not counted.
 */
export function countHit(
  known: HitCount | undefined,
  now: number,
  { ttlMs, limit, blockMs }: HitRule,
): HitCount {
  const isBlocked = known !== undefined && known.blockedUntil > now;
  if (isBlocked) return known;
  const goesOn = known !== undefined && known.endsAt > now && known.blockedUntil === 0;
  const hits = goesOn ? known.hits + 1 : 1;
  const endsAt = goesOn ? known.endsAt : now + ttlMs;
  const blockedUntil = hits > limit ? (blockMs > 0 ? now + blockMs : endsAt) : 0;
  return { hits, endsAt, blockedUntil };
}

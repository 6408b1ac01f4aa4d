/** Number of attempts that a process may make in a second, even if it has fewer connections. */
const leastAttempts = 12;
/**
 * Attempts are counted over this time. It is slightly longer than a second, so that the limit also holds for sockets,
 * each of which is opened a little later than its attempt begins.
 */
const windowMs = 1_015;
/** Connections for leases are paced for this many milliseconds after the last failed attempt or broken connection. */
const pacedMs = 2_000;
/**
 * A connection that is held back is reconsidered after this many milliseconds, because a caller may have begun to wait
 * for it.
 */
const lookAgainMs = 40;

/**
 * Spreads connections for leases over the first second after an outage. The number of attempts that a process makes in any
 * second, including those made before Redis was back, then hardly exceeds the number of its connections. Leases do not
 * need all of their connections immediately, because a connection that one lease returns serves the next. Connections
 * for other purposes than leases are not held back, because each has its own callers.
 */
export class LeasePace {
  readonly #attemptedAt: number[] = [];
  #troubleAt = -Infinity;

  /** Records a connection attempt, whatever its purpose, and even if it is not the dialer that makes it. */
  attempted(now: number): void {
    while ((this.#attemptedAt[0] ?? Infinity) <= now - windowMs) this.#attemptedAt.shift();
    this.#attemptedAt.push(now);
  }

  /** Records an attempt to find the primary while writes are refused. */
  lookedFor(now: number): void {
    this.attempted(now);
    this.trouble(now);
  }

  /** Records that an attempt failed or that a connection broke. */
  trouble(now: number): void {
    this.#troubleAt = now;
  }

  /**
   * Returns the earliest time at which a connection for a lease may be dialed. If the connection would have to wait
   * longer than `lookAgainMs`, returns the time at which to call this method again. `dueAt` is when the dialer would
   * make the connection, for which no caller is waiting. `connections` is the number of connections that the process
   * has or wants.
   */
  spread(dueAt: number, now: number, connections: number): number {
    const freed = this.#attemptedAt.at(-Math.max(leastAttempts, connections + 1));
    if (freed === undefined || now - this.#troubleAt >= pacedMs) return dueAt;
    return Math.max(dueAt, Math.min(freed + windowMs, now + lookAgainMs));
  }
}

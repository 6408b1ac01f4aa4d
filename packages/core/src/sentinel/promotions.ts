/** A server that a failover has made the primary. */
export interface Promotion {
  readonly host: string;
  readonly port: number;
}

const knownMs = 10_000;

/**
 * The latest promotion that a client of a resilience has seen, for all its clients: for up to a second, sentinels may
 * still name the old primary when asked.
 */
export class Promotions {
  #latest: { readonly promotion: Promotion; readonly until: number } | undefined;

  note({ host, port }: Promotion, now: number): void {
    const known = this.latest(now);
    // Each client may report the same promotion.
    if (known?.host === host && known.port === port) return;
    this.#latest = { promotion: { host, port }, until: now + knownMs };
  }

  /** Returns the latest promotion; undefined if it is so old that all sentinels know of it. */
  latest(now: number): Promotion | undefined {
    return this.#latest !== undefined && now < this.#latest.until ? this.#latest.promotion : undefined;
  }
}

/** A server that a failover has made the primary. */
export interface Promotion {
  readonly host: string;
  readonly port: number;
}

const knownMs = 10_000;

/**
 * Remembers the latest promotion that any client of a `RedisResilience` has seen, for all of its clients. The clients
 * share what they have seen because sentinels, when asked, may still name the old primary for up to a second.
 */
export class Promotions {
  #latest: { readonly promotion: Promotion; readonly until: number } | undefined;

  note({ host, port }: Promotion, now: number): void {
    const known = this.latest(now);
    // Several clients may report the same promotion. The object of the first report is kept, so that every client
    // follows the promotion only once.
    if (known?.host === host && known.port === port) return;
    this.#latest = { promotion: { host, port }, until: now + knownMs };
  }

  /** Returns the latest promotion; undefined if it is so old that all sentinels know of it. */
  latest(now: number): Promotion | undefined {
    return this.#latest !== undefined && now < this.#latest.until ? this.#latest.promotion : undefined;
  }
}

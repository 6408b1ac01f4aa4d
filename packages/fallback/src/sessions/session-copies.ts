import { LRUCache } from 'lru-cache';

/** A session as this instance last saw it. */
export interface SessionCopy {
  readonly json: string;
  /** Wall-clock time when the session expires, never later than the expiry that the store reported. */
  readonly expiresAt: number;
  /**
   * The era (see StoreContact) in which the store last confirmed the session; undefined if the store never confirmed
   * it.
   */
  readonly seenIn: string | undefined;
}

const overheadBytes = 200;

/**
 * Local copies of sessions. The total size of the copies is limited: the least recently used ones are evicted first.
 */
export class SessionCopies {
  readonly #copies: LRUCache<string, SessionCopy>;

  constructor(maxBytes: number) {
    this.#copies = new LRUCache({
      maxSize: Math.max(1, maxBytes),
      sizeCalculation: ({ json }, sid) => 2 * (json.length + sid.length) + overheadBytes,
    });
  }

  get count(): number {
    return this.#copies.size;
  }

  /** Returns the copy, unless the session has expired. */
  get(sid: string, wallNow: number): SessionCopy | undefined {
    const copy = this.#copies.get(sid);
    if (copy === undefined || copy.expiresAt > wallNow) return copy;
    this.#copies.delete(sid);
    return undefined;
  }

  keep(sid: string, copy: SessionCopy): void {
    this.#copies.set(sid, copy);
  }

  /**
   * Records that the store has this session, and that the session expires there at `endsAt`. If the store has the same
   * data as the copy, the copy does not outlive the session in the store.
   */
  confirm(sid: string, json: string, seenIn: string, endsAt: number | undefined): void {
    const copy = this.#copies.peek(sid);
    if (copy === undefined) return;
    const isCurrent = copy.json === json;
    const expiresAt = isCurrent ? Math.min(copy.expiresAt, endsAt ?? Infinity) : copy.expiresAt;
    this.#copies.set(sid, { ...copy, expiresAt, seenIn });
  }

  drop(sid: string): void {
    this.#copies.delete(sid);
  }

  sids(): readonly string[] {
    return [...this.#copies.keys()];
  }

  clear(): void {
    this.#copies.clear();
  }
}

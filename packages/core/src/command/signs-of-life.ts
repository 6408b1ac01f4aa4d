/**
 * When a client of the same server last proved that the server is there: it was connected, or a call that blocked got its
 * reply. Another client, whose outage began before that, is about to notice it, too.
 */
export class SignsOfLife {
  #at = -Infinity;

  note(now: number): void {
    this.#at = now;
  }

  /** Returns since when Redis is unavailable for a client, counted from the last sign of life. */
  awaySince(since: number | undefined): number | undefined {
    return since === undefined ? undefined : Math.max(since, this.#at);
  }
}

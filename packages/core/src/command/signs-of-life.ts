/**
 * Remembers when a server last proved to be alive: when a client connected to it, or when a blocking call got its
 * reply. If a client of this server is still disconnected, its outage counts as beginning at this sign of life. Because
 * the server works, that client will soon reconnect, and its calls may wait until then.
 */
export class SignsOfLife {
  #at = -Infinity;

  note(now: number): void {
    this.#at = now;
  }

  /**
   * Returns the start of a client's outage, or the last sign of life if that is later; undefined if there is no outage.
   */
  awaySince(since: number | undefined): number | undefined {
    return since === undefined ? undefined : Math.max(since, this.#at);
  }
}

/**
 * Remembers when a server last proved to be alive: when a client connected to it, or when a blocking call got its
 * reply. For a client of this server that is still disconnected, the outage counts as beginning at this sign of life:
 * the server works, so the client will soon reconnect, and its calls may wait for that.
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

/**
 * Remembers when a server last proved to be alive: when a client connected to it, or when a blocking call got its
 * reply. An outage of another client of the server counts as beginning at this sign of life, because that client is
 * about to reconnect.
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

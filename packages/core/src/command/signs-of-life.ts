/**
 * Remembers when a server last proved to be alive: a client was connected to it, or a blocking call got its reply. If
 * another client of the server lost its connection before that, its outage counts only from then on, because it is
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

/** What is left of an answer that began to arrive comes in pieces larger than this, or soon; else it only trickles. */
const minBytes = 512;

/**
 * Tells a connection that answers from one on which bytes only trickle, over a lossy path for instance: an answer that
 * has begun is a sign of life once, and again with each 512 bytes of it. A new answer is one, and so is whatever arrives
 * while nothing is asked.
 */
export class Progress {
  #pending: object | undefined;
  #bytes = 0;

  /**
   * @param pending the oldest unanswered command, before these bytes are looked at
   * @returns whether the bytes are a sign of life
   */
  isMadeBy(bytes: number, pending: object | undefined): boolean {
    const isNew = pending === undefined || pending !== this.#pending;
    this.#pending = pending;
    this.#bytes += bytes;
    if (!isNew && this.#bytes < minBytes) return false;
    this.#bytes = 0;
    return true;
  }
}

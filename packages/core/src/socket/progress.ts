/**
 * Once a reply has begun to arrive, at least this many further bytes must arrive before they count as another sign of
 * life.
 */
const minBytes = 512;

/**
 * Distinguishes a connection that answers from one on which bytes only trickle, as on a lossy network. The first bytes
 * of a reply are a sign of life, and so are every further 512 bytes. Bytes that arrive while no command is unanswered
 * also count as a sign of life.
 */
export class Progress {
  #pending: object | undefined;
  #bytes = 0;

  /**
   * @param pending the oldest unanswered command before these bytes are parsed
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

  /** Call when no command is unanswered, so that the last command is not kept in memory. */
  rest(): void {
    this.#pending = undefined;
  }
}

import type { Cancellation } from '../../event-loop/cancellation.ts';

/** Why a second handshake is ended. One object serves all of them, because nobody reads its stack. */
const noAnswer = new Error('No answer in time.');

/**
 * Decides when second handshakes are started beside unanswered ones, for all handshakes of this process with one
 * endpoint. While the endpoint answers other handshakes, an unanswered one is only waiting in a queue, so a second one
 * would just lengthen the queue. While the endpoint is silent, one second handshake at a time is enough to notice that
 * it answers again, however many are unanswered.
 */
export class HedgeTurns {
  #answeredAt = -Infinity;
  /** The latest start of a handshake that was answered. */
  #reachedAt = -Infinity;
  #begunAt = -Infinity;
  #running: readonly Cancellation[] = [];

  /** Call when the endpoint has answered a handshake that began at `since`. */
  answered(since: number, now: number): void {
    this.#answeredAt = now;
    this.#reachedAt = Math.max(this.#reachedAt, since);
  }

  /** Whether the endpoint has answered a handshake that began at least `patienceMs` after the one that began at `since`. */
  isOvertaken(since: number, patienceMs: number): boolean {
    return this.#reachedAt - since >= patienceMs;
  }

  /**
   * Returns the number of milliseconds after which a second handshake may be started beside the one that began at
   * `since`: when the endpoint has answered no handshake, and no other second one was started, for `patienceMs`.
   */
  waitMs(since: number, patienceMs: number, now: number): number {
    if (this.isOvertaken(since, patienceMs)) return 0;
    return Math.max(since, this.#answeredAt, this.#begunAt) + patienceMs - now;
  }

  /** Whether the endpoint has answered nothing for `ms`, nor since `since`. */
  isSilentFor(ms: number, since: number, now: number): boolean {
    return now - Math.max(since, this.#answeredAt) >= ms;
  }

  /** Call when a second handshake begins. If more than `most` were running, the oldest ones are ended. */
  begin(hedge: Cancellation, most: number, now: number): void {
    this.#begunAt = now;
    this.#running = withLatest(this.#running, hedge, most);
  }

  /** Call when a second handshake is over. */
  end(hedge: Cancellation): void {
    this.#running = this.#running.filter((each) => each !== hedge);
  }
}

/** Returns the running handshakes with a new one. Ends the oldest ones, so that no more than `most` are left. */
export function withLatest(
  running: readonly Cancellation[],
  hedge: Cancellation,
  most: number,
): readonly Cancellation[] {
  const all = running.concat(hedge);
  for (const oldest of all.slice(0, -most)) oldest.abort(noAnswer);
  return all.slice(-most);
}

import type { ReleaseBook, TrackedCall } from '../driver/tracked-call.ts';

/**
 * Our requests to unblock a call that blocks one connection (CLIENT UNBLOCK). Each request ends at most one call, with
 * a null that is not meant for the caller. A request names the connection, not the call, so a late request may end a
 * later call than the intended one.
 */
export class ReleaseRequests implements ReleaseBook {
  /** Number of requests that may have ended a call whose null has not arrived yet. */
  #open = 0;
  readonly #onAbandoned: () => void;
  /** When a blocking call was last abandoned. */
  abandonedAt = -Infinity;

  /** `onAbandoned` is called when nobody waits any more for a call that may block the connection. */
  constructor(onAbandoned: () => void = () => undefined) {
    this.#onAbandoned = onAbandoned;
  }

  abandoned({ blockingMs }: TrackedCall, now: number): void {
    if (blockingMs === undefined) return;
    this.abandonedAt = now;
    this.#onAbandoned();
  }

  /**
   * Counts a request to unblock this call, which is undefined if nobody waits for it. `reply` is the server's reply: 1
   * if a call was unblocked. Resolves with whether one was. If `reply` rejects, the request stays counted, because the
   * server may still carry it out.
   */
  async ask(call: TrackedCall | undefined, reply: Promise<unknown>): Promise<boolean> {
    this.#open++;
    if (call !== undefined) call.releases = this;
    const written = call?.written;
    const isReleased = (await reply) === 1;
    if (!isReleased) this.#open = Math.max(0, this.#open - 1);
    else if (call?.written === written && call?.settled === false) call.released = true;
    return isReleased;
  }

  /**
   * Call when a null has arrived before the call's timeout. Returns whether one of our requests explains it; each
   * explains only one.
   */
  take(): boolean {
    if (this.#open === 0) return false;
    this.#open--;
    return true;
  }
}

/**
 * Returns the command that unblocks the call on the connection with this id, as if the call's own timeout had passed.
 */
export function unblocking(clientId: string): readonly string[] {
  return ['CLIENT', 'UNBLOCK', clientId, 'TIMEOUT'];
}

/**
 * Returns whether a call can be resent after it was unblocked. WAIT cannot, because it then returns a number, which its
 * caller would take for the result.
 */
export function canBeReleased({ isBatch, name }: TrackedCall): boolean {
  return !isBatch && !name.startsWith('wait');
}

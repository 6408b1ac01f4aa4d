import type { TrackedCall } from '../driver/tracked-call.ts';

/**
 * The requests of ours to let go a call that blocks on one socket (CLIENT UNBLOCK). Each ends at most one call there,
 * with a null that is not for its caller. A request names the connection, not the call, so a late one may end another
 * call than the one it was made for.
 */
export class ReleaseRequests {
  /** Those that may have ended a call whose null was not seen yet. */
  #open = 0;

  /**
   * Counts a request for this call. `reply` is the server's: 1 when a call was let go. Resolves with whether it was; when
   * `reply` rejects, nobody knows whether the request will be heard.
   */
  async ask(call: TrackedCall, reply: Promise<unknown>): Promise<boolean> {
    this.#open++;
    call.releases = this;
    const { written } = call;
    const isReleased = (await reply) === 1;
    if (!isReleased) this.#open = Math.max(0, this.#open - 1);
    else if (call.written === written && !call.settled) call.released = true;
    return isReleased;
  }

  /** A null came before its time: whether a request of ours explains that. Each explains one. */
  take(): boolean {
    if (this.#open === 0) return false;
    this.#open--;
    return true;
  }
}

/** The command that lets go a call that blocks on the connection of this id, as if its own timeout had passed. */
export function unblocking(clientId: string): readonly string[] {
  return ['CLIENT', 'UNBLOCK', clientId, 'TIMEOUT'];
}

/** Whether a call that is let go can be sent again. A WAIT answers with a number, which its caller would take for the result. */
export function canBeReleased({ isBatch, name }: TrackedCall): boolean {
  return !isBatch && !name.startsWith('wait');
}

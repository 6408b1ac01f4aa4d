import type { ReleaseBook, TrackedCall } from '../driver/tracked-call.ts';
import type { Listener } from '../listener.ts';

/** A caller has stopped waiting for a call that may still block the connection. */
export interface Abandoned {
  readonly kind: 'abandoned';
}

/**
 * Counts the requests (CLIENT UNBLOCK) that ask the server to end a blocking call on one connection. A request ends at
 * most one call, with a null reply that must not reach the caller. Each request names the connection and not the call,
 * so a request that is carried out late may end a later call than the intended one.
 */
export class ReleaseRequests implements ReleaseBook {
  /** Number of requests that may have ended a call, but for which no null reply has arrived yet. */
  #open = 0;
  readonly #listener: Listener<Abandoned> | undefined;
  /** When a caller last stopped waiting for a blocking call. */
  abandonedAt = -Infinity;

  constructor(listener?: Listener<Abandoned>) {
    this.#listener = listener;
  }

  abandoned({ blockingMs }: TrackedCall, now: number): void {
    if (blockingMs === undefined) return;
    this.abandonedAt = now;
    this.#listener?.onNews({ kind: 'abandoned' });
  }

  /**
   * Counts a request to unblock `call`, which is undefined for a command of an abandoned batch. `reply` is the server's
   * reply to the request: 1 if a call was unblocked. Resolves with whether a call was unblocked. If `reply` rejects,
   * the request stays counted, because the server may still carry it out.
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
   * Call when a blocking call has got a null reply before its own timeout. Returns whether one of the counted requests
   * may be the reason. That request is then no longer counted.
   */
  take(): boolean {
    if (this.#open === 0) return false;
    this.#open--;
    return true;
  }
}

/**
 * Returns the command that makes the server end the call that blocks the connection with this id, as if the call's own
 * timeout had passed.
 */
export function unblocking(clientId: string): readonly string[] {
  return ['CLIENT', 'UNBLOCK', clientId, 'TIMEOUT'];
}

/**
 * Returns whether a call can be resent after it was unblocked. WAIT and WAITAOF cannot be resent: when unblocked, they
 * return numbers, which the caller would take for the result.
 */
export function canBeReleased({ isBatch, name }: TrackedCall): boolean {
  return !isBatch && !name.startsWith('wait');
}

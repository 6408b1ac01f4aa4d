import type { Clock } from '../clock.ts';
import { afterRunning } from '../event-loop/after-running.ts';
import { Cancellation, type CancelSignal } from '../event-loop/cancellation.ts';
import { establish, type Target, type VerifiedSocket } from '../handshake/establish.ts';

const timeoutMs = 1000;

/**
 * Makes a short-lived connection to the server, to ask about a connection that is blocked; there is at most one such
 * connection at a time.
 */
export class SideConnection {
  readonly #target: Target;
  readonly #clock: Clock;
  #running: Cancellation | undefined;

  constructor(target: Target, clock: Clock) {
    this.#target = target;
    this.#clock = clock;
  }

  get isInUse(): boolean {
    return this.#running !== undefined;
  }

  /**
   * Connects, and runs `work`, which must keep or destroy the socket. Resolves with the result of `work`, or with
   * undefined after `stop`.
   *
   * @throws the error of the connection attempt or of `work`, after the socket is destroyed; connecting and `work`
   *   together are aborted after one second
   */
  async use<T>(work: (verified: VerifiedSocket, signal: CancelSignal) => Promise<T>): Promise<T | undefined> {
    const running = new Cancellation();
    this.#running = running;
    const late = (): void => running.abort(new Error('No answer in time.'));
    const stopWaiting = afterRunning(this.#clock, timeoutMs, late);
    let verified: VerifiedSocket | undefined;
    try {
      verified = await establish(this.#target, this.#clock, running);
      return await work(verified, running);
    } catch (error) {
      verified?.socket.destroy();
      if (this.#running === running) throw error;
      return undefined;
    } finally {
      stopWaiting();
      if (this.#running === running) this.#running = undefined;
    }
  }

  /** Aborts the work in progress, because the watched connection is gone. */
  stop(): void {
    const running = this.#running;
    this.#running = undefined;
    running?.abort(new Error('The work was stopped.'));
  }
}

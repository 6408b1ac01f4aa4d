import type { Clock, TimerHandle } from '../clock.ts';
import type { VerifiedSocket } from '../handshake/establish.ts';

const peaceMs = 100;
const lookMs = 2;

/** Replaces a socket that still works with another one, as soon as `isDone` returns true, or after 100 ms. */
export class PeacefulReplacement {
  readonly #clock: Clock;
  #pending: { readonly verified: VerifiedSocket; readonly timer: TimerHandle } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(verified: VerifiedSocket, isDone: () => boolean, replace: (verified: VerifiedSocket) => void): void {
    this.stop();
    const endsAt = this.#clock.now() + peaceMs;
    const look = (): void => {
      this.#pending = undefined;
      if (isDone() || this.#clock.now() >= endsAt) replace(verified);
      else this.#pending = { verified, timer: this.#clock.setTimeout(look, lookMs) };
    };
    look();
  }

  /** Cancels the pending replacement and destroys its socket. */
  stop(): void {
    if (this.#pending === undefined) return;
    this.#clock.clearTimeout(this.#pending.timer);
    this.#pending.verified.socket.destroy();
    this.#pending = undefined;
  }
}

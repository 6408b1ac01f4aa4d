import type { Clock, TimerHandle } from '../clock.ts';
import { establish, type VerifiedSocket, type Target } from '../handshake/establish.ts';

const growth = 1.3;
const steadyMs = 5000;
const maxPauseMs = 5000;

/**
 * Looks for the primary while a replica answers in its place, without touching the connection that serves reads. One
 * attempt at a time, at the shortest dialing period for 5 seconds and then more and more rarely, so that an endpoint
 * that stays a replica costs little.
 */
export class RoleWatch {
  readonly #target: Target;
  readonly #clock: Clock;
  readonly #periodMs: number;
  readonly #onPrimary: (verified: VerifiedSocket) => void;
  #timer: TimerHandle | undefined;
  #abort: AbortController | undefined;
  #startedAt = 0;
  #pauseMs = 0;

  /** `onPrimary`: a primary answers at the endpoint; the listener keeps or destroys the verified socket. */
  constructor(target: Target, clock: Clock, periodMs: number, onPrimary: (verified: VerifiedSocket) => void) {
    this.#target = { ...target, requiresPrimary: true };
    this.#clock = clock;
    this.#periodMs = periodMs;
    this.#onPrimary = onPrimary;
  }

  get isOn(): boolean {
    return this.#timer !== undefined || this.#abort !== undefined;
  }

  start(): void {
    if (this.isOn) return;
    this.#startedAt = this.#clock.now();
    this.#pauseMs = this.#periodMs;
    this.#look();
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#abort?.abort(new Error('The watch was stopped.'));
    this.#abort = undefined;
  }

  nextLookMs(): number | undefined {
    return this.isOn ? this.#pauseMs : undefined;
  }

  #look(): void {
    this.#timer = undefined;
    const abort = new AbortController();
    this.#abort = abort;
    const deadline = this.#clock.setTimeout(
      () => abort.abort(new Error('No answer in time.')),
      lookTimeoutMs,
    );
    establish(this.#target, this.#clock, abort.signal).then(
      (verified) => {
        this.#clock.clearTimeout(deadline);
        if (this.#abort !== abort) {
          verified.socket.destroy();
          return;
        }
        this.#abort = undefined;
        this.#onPrimary(verified);
      },
      () => {
        this.#clock.clearTimeout(deadline);
        if (this.#abort !== abort) return;
        this.#abort = undefined;
        this.#timer = this.#clock.setTimeout(() => this.#look(), this.#nextPauseMs());
        this.#timer.unref?.();
      },
    );
  }

  #nextPauseMs(): number {
    const age = this.#clock.now() - this.#startedAt;
    if (age > steadyMs) this.#pauseMs = Math.min(maxPauseMs, this.#pauseMs * growth);
    return this.#pauseMs;
  }
}

const lookTimeoutMs = 1000;

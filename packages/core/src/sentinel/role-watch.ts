import type { Clock, TimerHandle } from '../clock.ts';
import { establish, targetWith, type VerifiedSocket, type Target } from '../handshake/establish.ts';
import { isWanted, type RolePace } from './role-pace.ts';

const growth = 1.3;
const steadyMs = 5000;
const maxPauseMs = 1000;

/**
 * Looks for the primary while a replica answers at its endpoint, and leaves the connection that serves reads alone.
 * Makes one attempt at a time. While writes are waiting, there is one attempt per period. Otherwise, attempts become
 * less frequent after 5 seconds, so that a server that stays a replica causes little traffic.
 */
export class RoleWatch {
  readonly #target: Target;
  readonly #clock: Clock;
  readonly #pace: () => RolePace;
  readonly #onPrimary: (verified: VerifiedSocket) => void;
  readonly #onLook: () => void;
  #timer: TimerHandle | undefined;
  #abort: AbortController | undefined;
  #startedAt = 0;
  #pauseMs = 0;
  #dueAt = 0;

  /**
   * `onPrimary` is called when a primary answers at the endpoint; the listener must keep or destroy the verified
   * socket. `onLook` is called when an attempt begins.
   */
  constructor(
    target: Target,
    clock: Clock,
    pace: () => RolePace,
    onPrimary: (verified: VerifiedSocket) => void,
    onLook: () => void,
  ) {
    this.#target = target;
    this.#clock = clock;
    this.#pace = pace;
    this.#onPrimary = onPrimary;
    this.#onLook = onLook;
  }

  get isOn(): boolean {
    return this.#timer !== undefined || this.#abort !== undefined;
  }

  start(): void {
    if (this.isOn) return;
    this.#startedAt = this.#clock.now();
    this.#pauseMs = this.#pace().periodMs;
    this.#look();
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#abort?.abort(new Error('The watch was stopped.'));
    this.#abort = undefined;
  }

  nextLookMs(): number | undefined {
    return this.isOn ? this.#pace().periodMs : undefined;
  }

  #look(): void {
    this.#timer = undefined;
    const abort = new AbortController();
    this.#abort = abort;
    const deadline = this.#clock.setTimeout(
      () => abort.abort(new Error('No answer in time.')),
      lookTimeoutMs,
    );
    const target = targetWith(this.#target, { requiresPrimary: true });
    this.#onLook();
    establish(target, this.#clock, abort.signal).then(
      (verified) => {
        this.#clock.clearTimeout(deadline);
        // A server that does not serve commands yet may not have told its role, and nothing can be written to it.
        const isFound = this.#abort === abort && verified.proof.waiting === undefined;
        if (!isFound) verified.socket.destroy();
        if (this.#abort !== abort) return;
        this.#abort = undefined;
        if (isFound) this.#onPrimary(verified);
        else this.#lookLater();
      },
      () => {
        this.#clock.clearTimeout(deadline);
        if (this.#abort !== abort) return;
        this.#abort = undefined;
        this.#lookLater();
      },
    );
  }

  #lookLater(): void {
    this.#dueAt = this.#clock.now() + this.#nextPauseMs();
    this.#arm();
  }

  // Checks once per period, even during a long pause between attempts, because a write that has begun to wait ends the
  // pause.
  #arm(): void {
    this.#timer = this.#clock.setTimeout(
      () => {
        const now = this.#clock.now();
        if (now >= this.#dueAt || isWanted(this.#pace(), now)) this.#look();
        else this.#arm();
      },
      Math.min(this.#pace().periodMs, this.#dueAt - this.#clock.now()),
    );
    this.#timer.unref?.();
  }

  #nextPauseMs(): number {
    const age = this.#clock.now() - this.#startedAt;
    if (age > steadyMs) this.#pauseMs = Math.min(maxPauseMs, this.#pauseMs * growth);
    return this.#pauseMs;
  }
}

const lookTimeoutMs = 1000;

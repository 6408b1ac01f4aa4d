import type { Clock, TimerHandle } from '../clock.ts';

export interface LaneProbeListener {
  /** Asks the server; the answer tells whether the lane may be tried again. Never rejects. */
  ask(): Promise<boolean>;
  /** The lane works again, as far as one question can tell. */
  onWell(): void;
}

const firstPauseMs = 100;
const growth = 1.2;
const maxPauseMs = 1000;

/**
 * Asks on behalf of a lane whose circuit is open, so that recovery is noticed by one question and not by the open
 * time, which grows. One question at a time, ever more rarely, once a second at the least.
 */
export class LaneProbe {
  readonly #clock: Clock;
  readonly #listener: LaneProbeListener;
  #timer: TimerHandle | undefined;
  #pauseMs = firstPauseMs;

  constructor(clock: Clock, listener: LaneProbeListener) {
    this.#clock = clock;
    this.#listener = listener;
  }

  get isOn(): boolean {
    return this.#timer !== undefined;
  }

  start(): void {
    if (this.isOn) return;
    this.#pauseMs = firstPauseMs;
    this.#arm();
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    const timer = this.#clock.setTimeout(() => {
      void this.#listener.ask().then((isWell) => this.#finish(timer, isWell));
    }, this.#pauseMs);
    this.#timer = timer;
    timer.unref?.();
  }

  #finish(timer: TimerHandle, isWell: boolean): void {
    if (this.#timer !== timer) return;
    this.#timer = undefined;
    if (isWell) {
      this.#listener.onWell();
      return;
    }
    this.#pauseMs = Math.min(maxPauseMs, this.#pauseMs * growth);
    this.#arm();
  }
}

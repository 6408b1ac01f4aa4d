import type { Clock, TimerHandle } from '../clock.ts';

/** One timer for many due times. It may fire early: the callback has to check what is due, and set the alarm again. */
export class Alarm {
  readonly #clock: Clock;
  readonly #ring: () => void;
  #timer: TimerHandle | undefined;
  #dueAt = Infinity;
  #keepsAlive = false;

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** When it rings; Infinity while it is not set. */
  get dueAt(): number {
    return this.#dueAt;
  }

  /**
   * Makes sure that it rings at `dueAt` at the latest; Infinity clears it.
   *
   * @param keepsAlive whether the process must not end before
   */
  set(dueAt: number, keepsAlive: boolean): void {
    if (dueAt === Infinity) {
      this.clear();
      return;
    }
    if (this.#dueAt <= dueAt && this.#keepsAlive === keepsAlive) return;
    this.clear();
    this.#dueAt = dueAt;
    this.#keepsAlive = keepsAlive;
    this.#timer = this.#clock.setTimeout(this.#onTime, Math.max(0, dueAt - this.#clock.now()));
    if (!keepsAlive) this.#timer.unref?.();
  }

  clear(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#dueAt = Infinity;
  }

  readonly #onTime = (): void => {
    this.#dueAt = Infinity;
    this.#ring();
  };
}

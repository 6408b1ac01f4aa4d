import type { Clock, TimerHandle } from '../clock.ts';

/**
 * One timer for many due times. It may fire early, so the callback has to check what is due and set the alarm again.
 */
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

  /** When the alarm fires; Infinity if it is not set. */
  get dueAt(): number {
    return this.#dueAt;
  }

  /**
   * Makes the alarm fire at `dueAt` at the latest; Infinity clears it.
   *
   * @param keepsAlive whether the timer keeps the process alive until then
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

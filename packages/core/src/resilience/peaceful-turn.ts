import type { Clock, TimerHandle } from '../clock.ts';

/** A client that is not served again within this time is away, whatever was expected. */
const graceMs = 250;

/** The moment between two connections in peace, in which callers notice nothing but a little waiting. */
export class PeacefulTurn {
  readonly #clock: Clock;
  readonly #onFailed: () => void;
  #timer: TimerHandle | undefined;

  constructor(clock: Clock, onFailed: () => void) {
    this.#clock = clock;
    this.#onFailed = onFailed;
  }

  get isUnderWay(): boolean {
    return this.#timer !== undefined;
  }

  begin(): void {
    this.end();
    this.#timer = this.#clock.setTimeout(() => this.fail(), graceMs);
    this.#timer.unref?.();
  }

  /** The client is away after all. */
  fail(): void {
    if (!this.isUnderWay) return;
    this.end();
    this.#onFailed();
  }

  /** The client is served again, or closed. */
  end(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

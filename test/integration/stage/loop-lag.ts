const beatMs = 10;
/** A beat that comes later than this was held up: by other tests of the process, or of the machine. */
const usualMs = 30;

/** For how long the event loop of this process has been held up since this was made. */
export class LoopLag implements Disposable {
  totalMs = 0;
  readonly #timer: NodeJS.Timeout;
  #beatAt = performance.now();

  constructor() {
    this.#timer = setInterval(() => this.#beat(), beatMs);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  /** The total, with what holds up the event loop right now. */
  untilNow(): number {
    return this.totalMs + heldUpMs(performance.now() - this.#beatAt);
  }

  #beat(): void {
    const now = performance.now();
    this.totalMs += heldUpMs(now - this.#beatAt);
    this.#beatAt = now;
  }
}

function heldUpMs(sinceBeatMs: number): number {
  return sinceBeatMs > usualMs ? sinceBeatMs - beatMs : 0;
}

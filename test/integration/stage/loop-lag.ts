const beatMs = 10;
/** A timer that fires later than this was delayed because the process or the machine was busy. */
const usualMs = 30;

/** Measures for how long the event loop of this process is blocked, in total. */
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

  /** Returns the total, including a delay that has not ended yet. */
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

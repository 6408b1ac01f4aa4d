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

  #beat(): void {
    const now = performance.now();
    const lateMs = now - this.#beatAt;
    if (lateMs > usualMs) this.totalMs += lateMs - beatMs;
    this.#beatAt = now;
  }
}

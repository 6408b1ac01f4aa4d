const floorMs = 100;
const factor = 10;
const sampleEveryMs = 100;
const memorySamples = 512;

/**
 * Tells slow calls from usual ones. The limit is the given one, or 10 times the usual round trip and at least
 * 100 ms. The usual round trip is a moving average over about 50 s: one call is sampled per 100 ms, whatever the
 * load; young, it is their plain average. A slow call is learnt with the least weight and as if it had just met the
 * limit, so that an outage of seconds cannot teach that slow is usual, while a lasting change is learnt in the end.
 */
export class SlowLimit {
  // Typed, so that learning allocates no heap number: limit, usual round trip, time of the next sample.
  readonly #numbers = new Float64Array([floorMs, 0, -Infinity]);
  #samples = 0;

  constructor(fixedMs?: number) {
    if (fixedMs === undefined) return;
    this.#numbers[0] = fixedMs;
    this.#numbers[2] = Infinity;
  }

  /** Milliseconds above which a call is slow. */
  get limitMs(): number {
    return this.#numbers[0]!;
  }

  /** Whether a call of this duration is slow. Learns from it. */
  exceeded(durationMs: number, now: number): boolean {
    const slow = durationMs > this.#numbers[0]!;
    if (now >= this.#numbers[2]!) this.#learn(durationMs, slow, now);
    return slow;
  }

  #learn(durationMs: number, slow: boolean, now: number): void {
    const numbers = this.#numbers;
    const first = this.#samples === 0;
    if (this.#samples < memorySamples) this.#samples++;
    const sample = slow && !first ? numbers[0]! : durationMs;
    const weight = slow && !first ? 1 / memorySamples : 1 / this.#samples;
    numbers[1] = numbers[1]! + (sample - numbers[1]!) * weight;
    numbers[0] = Math.max(floorMs, factor * numbers[1]);
    numbers[2] = now + sampleEveryMs;
  }
}

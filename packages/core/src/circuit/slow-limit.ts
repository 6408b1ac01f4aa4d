/** A call that takes this share of its deadline is in danger of missing it. */
const endangeredShare = 0.5;
/** A call this close to its deadline is slow, however distant the server. */
const maxShare = 0.9;
const factor = 2;
const sampleEveryMs = 100;
const memorySamples = 512;

/**
 * Distinguishes slow calls from usual ones. The limit is the given one, or half of the deadline; where the usual round
 * trip is itself close to that, twice the usual round trip, and at most nine tenths of the deadline. The usual round
 * trip is a moving average over about 50 s: one call is sampled per 100 ms, whatever the load, and the first samples
 * are simply averaged. A slow call is learnt with the least weight, and as if it had taken just the limit: an outage of
 * seconds cannot teach that slow is usual, but a lasting change is learnt in the end.
 */
export class SlowLimit {
  readonly #floorMs: number;
  readonly #ceilingMs: number;
  // Typed, so that learning allocates no heap number: limit, usual round trip, time of the next sample.
  readonly #numbers: Float64Array;
  #samples = 0;

  constructor(deadlineMs: number, fixedMs?: number) {
    this.#floorMs = endangeredShare * deadlineMs;
    this.#ceilingMs = maxShare * deadlineMs;
    this.#numbers = new Float64Array([
      fixedMs ?? this.#floorMs,
      0,
      fixedMs === undefined ? -Infinity : Infinity,
    ]);
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
    numbers[0] = Math.max(this.#floorMs, Math.min(this.#ceilingMs, factor * numbers[1]));
    numbers[2] = now + sampleEveryMs;
  }
}

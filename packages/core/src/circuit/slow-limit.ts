/** A call that takes this share of its deadline is in danger of missing the deadline. */
const endangeredShare = 0.5;
/** A call that takes this share of its deadline is slow, even if the round trip to the server is long. */
const maxShare = 0.9;
const factor = 2;
const sampleEveryMs = 100;
const memorySamples = 512;

/**
 * Distinguishes slow calls from normal ones. A configured limit is used unchanged. Without a configured limit, the
 * limit is twice the usual round trip, but at least half of the deadline and at most nine tenths of it. The usual round
 * trip is a moving average over about 50 s. One call per 100 ms is sampled, whatever the load. The first samples are
 * averaged with equal weights. A slow call, unless it is the first sample, gets the lowest weight, and counts as if it
 * had taken exactly the limit. Because of this low weight, an outage of a few seconds does not raise the average, but a
 * lasting change does.
 */
export class SlowLimit {
  readonly #deadlineMs: number;
  #limitMs: number;
  #usualMs = 0;
  #nextSampleAt: number;
  #samples = 0;

  constructor(deadlineMs: number, fixedMs?: number) {
    this.#deadlineMs = deadlineMs;
    this.#limitMs = fixedMs ?? endangeredShare * deadlineMs;
    this.#nextSampleAt = fixedMs === undefined ? -Infinity : Infinity;
  }

  /** Calls that take longer than this many milliseconds are slow. */
  get limitMs(): number {
    return this.#limitMs;
  }

  /** Returns whether a call of this duration is slow, and adjusts the limit for later calls. */
  exceeded(durationMs: number, now: number): boolean {
    const slow = durationMs > this.#limitMs;
    if (now >= this.#nextSampleAt) this.#learn(durationMs, slow, now);
    return slow;
  }

  #learn(durationMs: number, slow: boolean, now: number): void {
    const first = this.#samples === 0;
    if (this.#samples < memorySamples) this.#samples++;
    const sample = slow && !first ? this.#limitMs : durationMs;
    const weight = slow && !first ? 1 / memorySamples : 1 / this.#samples;
    this.#usualMs += (sample - this.#usualMs) * weight;
    const [floorMs, ceilingMs] = [endangeredShare * this.#deadlineMs, maxShare * this.#deadlineMs];
    this.#limitMs = Math.max(floorMs, Math.min(ceilingMs, factor * this.#usualMs));
    this.#nextSampleAt = now + sampleEveryMs;
  }
}

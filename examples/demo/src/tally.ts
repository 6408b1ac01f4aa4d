/**
 * What became of a request: a page; a 503 that says when to come back; an error which says that the request may have
 * been carried out; or anything else, no answer in time included.
 */
export type Answer = (typeof answers)[number];

const answers = ['answered', 'refused', 'unknown', 'failed'] as const;

/** Counts requests and remembers how long each took. */
export class Tally {
  readonly #counts: Record<Answer, number> = { answered: 0, refused: 0, unknown: 0, failed: 0 };
  readonly #durations: number[] = [];

  add(answer: Answer, durationMs: number): void {
    this.#counts[answer] += 1;
    this.#durations.push(durationMs);
  }

  merge(other: Tally): this {
    for (const answer of answers) this.#counts[answer] += other.#counts[answer];
    this.#durations.push(...other.#durations);
    return this;
  }

  get answered(): number {
    return this.#counts.answered;
  }

  get refused(): number {
    return this.#counts.refused;
  }

  get unknown(): number {
    return this.#counts.unknown;
  }

  get failed(): number {
    return this.#counts.failed;
  }

  get total(): number {
    return this.#durations.length;
  }

  /** The duration that 99 of 100 requests did not exceed; undefined when there was none. */
  get p99Ms(): number | undefined {
    const sorted = this.#durations.toSorted((left, right) => left - right);
    return sorted[Math.ceil(sorted.length * 0.99) - 1];
  }
}

/** One value of a metric, with its labels. */
export interface Point {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * A set of counters, one for each combination of label values. All label values come from fixed sets, so the number of
 * counters is bounded. Counters for combinations in `known` start at zero, so that a rate includes their first
 * increase.
 */
export class Counts {
  readonly #labelNames: readonly string[];
  readonly #points = new Map<string, { readonly labels: Readonly<Record<string, string>>; value: number }>();

  constructor(labelNames: readonly string[], known: readonly (readonly string[])[] = []) {
    this.#labelNames = labelNames;
    for (const values of known) this.add(values, 0);
  }

  add(values: readonly string[], count = 1): void {
    const key = values.join(' ');
    const point = this.#points.get(key);
    if (point === undefined) this.#points.set(key, { labels: this.#labelsOf(values), value: count });
    else point.value += count;
  }

  points(): Iterable<Point> {
    return this.#points.values();
  }

  #labelsOf(values: readonly string[]): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#labelNames.map((name, index) => [name, values[index] as string]));
  }
}

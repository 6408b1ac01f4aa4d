/** A figure that is held against the committed one by `--check`. */
export interface Ratio {
  readonly name: string;
  readonly value: number;
  /** How far rounds lay apart, as a share: what counts as noise. */
  readonly spread: number;
  readonly better: 'higher' | 'lower';
}

/** A promise of the design, and whether this run kept it. */
export interface Verdict {
  readonly target: string;
  readonly isMet: boolean;
}

/** What one part of the benchmark found. */
export interface Measurement {
  readonly title: string;
  readonly headings: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly ratios: readonly Ratio[];
  readonly verdicts: readonly Verdict[];
}

/** A part of the benchmark. */
export interface Part {
  readonly name: string;
  readonly run: (depth: Depth) => Promise<Measurement>;
}

/** How much time a part may take: `rounds` of `roundMs` per thing that is measured. */
export interface Depth {
  readonly rounds: number;
  readonly roundMs: number;
}

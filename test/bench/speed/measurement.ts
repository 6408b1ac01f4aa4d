/** A figure that `--check` compares with the committed one. */
export interface Ratio {
  readonly name: string;
  readonly value: number;
  /** The spread of the figure over the rounds, as a share; smaller changes count as noise. */
  readonly spread: number;
  readonly better: 'higher' | 'lower';
}

/** A performance goal of the design, and whether this run met it. */
export interface Verdict {
  readonly target: string;
  readonly isMet: boolean;
}

/** The result of one part of the benchmark. */
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

/**
 * How long each measurement runs: `rounds` rounds of `roundMs` milliseconds for each thing that is compared.
 */
export interface Depth {
  readonly rounds: number;
  readonly roundMs: number;
}

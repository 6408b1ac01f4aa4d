import type { Figures } from './figures.ts';
import type { Rehearsal } from './rehearsal.ts';
import type { Miss } from './verdict.ts';

/** One rehearsal, with its figures and the thresholds that it missed. */
export interface Outcome {
  readonly rehearsal: Rehearsal;
  readonly figures: Figures;
  readonly misses: readonly Miss[];
}

/** A whole drill, for the reports. */
export interface Drill {
  /** Without the values of its arguments. */
  readonly command: string;
  /** Without tokens and the values of queries. */
  readonly requests: readonly string[];
  readonly seed: number;
  readonly rate: number;
  readonly startedAt: Date;
  readonly node: string;
  readonly outcomes: readonly Outcome[];
}

export function hasPassed({ misses }: Outcome): boolean {
  return misses.length === 0;
}

import { figuresOf, type Figures } from './figures.ts';
import type { Rehearsal } from './rehearsal.ts';
import { troublesOf, type Trouble } from './trouble.ts';
import { missesOf, type Miss } from './verdict.ts';

/** One rehearsal, with its figures, the thresholds that it missed, and what went wrong. */
export interface Outcome {
  readonly rehearsal: Rehearsal;
  readonly figures: Figures;
  readonly misses: readonly Miss[];
  readonly troubles: readonly Trouble[];
}

/** Judges a rehearsal. Pure. */
export function outcomeOf(rehearsal: Rehearsal): Outcome {
  const figures = figuresOf(rehearsal);
  const misses = missesOf(figures, rehearsal.plan.thresholds);
  return { rehearsal, figures, misses, troubles: troublesOf(rehearsal) };
}

/** The outcomes in the order of a report: those that failed first. */
export function failedFirst(outcomes: readonly Outcome[]): readonly Outcome[] {
  return [...outcomes.filter((outcome) => !hasPassed(outcome)), ...outcomes.filter(hasPassed)];
}

/** The news of a drill in a sentence or two. */
export function newsOf({ outcomes }: Pick<Drill, 'outcomes'>): string {
  const failed = outcomes
    .filter((outcome) => !hasPassed(outcome))
    .map(({ rehearsal }) => rehearsal.plan.name);
  const unknown = outcomes.reduce((sum, { figures }) => sum + figures.unknown, 0);
  const verdict =
    failed.length === 0
      ? outcomes.length === 1
        ? 'The plan kept its thresholds.'
        : `All ${outcomes.length} plans kept their thresholds.`
      : `${failed.length} of ${outcomes.length} plans missed a threshold: ${failed.join(', ')}.`;
  return unknown === 0
    ? verdict
    : `${verdict} ${unknown} requests had an unknown outcome: they may have been carried out.`;
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

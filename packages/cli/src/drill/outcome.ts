import { figuresOf, type Figures } from './figures.ts';
import type { Rehearsal } from './rehearsal.ts';
import { troublesOf, type Trouble } from './trouble.ts';
import { missesOf, type Miss } from './verdict.ts';

/** One run of a plan, with its figures, the thresholds that it exceeded, and the requests that failed. */
export interface Outcome {
  readonly rehearsal: Rehearsal;
  readonly figures: Figures;
  readonly misses: readonly Miss[];
  readonly troubles: readonly Trouble[];
}

export function outcomeOf(rehearsal: Rehearsal): Outcome {
  const figures = figuresOf(rehearsal);
  const misses = missesOf(figures, rehearsal.plan.thresholds);
  return { rehearsal, figures, misses, troubles: troublesOf(rehearsal) };
}

/** Sorts the outcomes for a report: plans that exceeded a threshold come first. */
export function failedFirst(outcomes: readonly Outcome[]): readonly Outcome[] {
  return [...outcomes.filter((outcome) => !hasPassed(outcome)), ...outcomes.filter(hasPassed)];
}

/** Summarises a drill in one or two sentences. */
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
  if (unknown === 0) return verdict;
  return unknown === 1
    ? `${verdict} 1 request had an unknown outcome: it may have been carried out.`
    : `${verdict} ${unknown} requests had an unknown outcome: they may have been carried out.`;
}

/** A whole drill, as the reports show it. */
export interface Drill {
  /** The command without the values of its arguments. */
  readonly command: string;
  /** The requests, without tokens or the values of query parameters. */
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

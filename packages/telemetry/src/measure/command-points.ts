import type { CommandResult, Lane, LaneTotals } from '@redis-resilience/core';
import type { Point } from './counts.ts';
import { commandOutcome, commandOutcomes, rejectionReason, rejectionReasons } from './outcome.ts';

export const lanes = ['read', 'write'] as const satisfies readonly Lane[];

/** Number of commands by lane (read or write) and outcome, as core counts them. */
export type CommandTotals = Readonly<Record<Lane, LaneTotals>>;

/**
 * Returns one point for each lane (read or write) and outcome: the number of commands on this lane with this outcome.
 */
export function outcomePoints(totals: CommandTotals): Point[] {
  return lanes.flatMap((lane) => {
    const counts = sumBy(commandOutcomes, totals[lane].results, commandOutcome);
    return commandOutcomes.map((outcome) => ({ labels: { lane, outcome }, value: counts[outcome] }));
  });
}

/**
 * Returns one point for each lane (read or write) and reason: the number of commands that did not run for this reason.
 */
export function rejectionPoints(totals: CommandTotals): Point[] {
  return lanes.flatMap((lane) => {
    const counts = sumBy(rejectionReasons, totals[lane].results, rejectionReason);
    return rejectionReasons.map((reason) => ({ labels: { lane, reason }, value: counts[reason] }));
  });
}

function sumBy<Word extends string>(
  words: readonly Word[],
  results: LaneTotals['results'],
  wordOf: (result: CommandResult) => Word | undefined,
): Record<Word, number> {
  const sums = Object.fromEntries(words.map((word) => [word, 0])) as Record<Word, number>;
  for (const [result, count] of Object.entries(results)) {
    const word = wordOf(result as CommandResult);
    if (word !== undefined) sums[word] += count;
  }
  return sums;
}

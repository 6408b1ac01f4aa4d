import { medianOf, spreadOf } from '../report/statistics.js';

/**
 * Measures several things in short rounds, one after the other, in an order that turns round each time: what the
 * machine does meanwhile falls on all of them alike. Results by name, round by round.
 */
export async function alternate<Name extends string, Result>(
  names: readonly Name[],
  rounds: number,
  measure: (name: Name) => Promise<Result>,
): Promise<Record<Name, Result[]>> {
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Result[]>;
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) results[name].push(await measure(name));
  }
  return results;
}

/** The ratio of two series of the same rounds: the median over the rounds, so that a slow round counts for both. */
export function ratioOf(
  ours: readonly number[],
  bare: readonly number[],
): { readonly value: number; readonly spread: number } {
  const ratios = ours.map((value, round) => value / (bare[round] ?? Number.NaN));
  return { value: medianOf(ratios), spread: spreadOf(ratios) };
}

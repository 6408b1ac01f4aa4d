import { medianOf, spreadOf } from '../report/statistics.js';

/**
 * Measures several things in short rounds, in an order that changes with each round, so that other load on the machine
 * affects all of them alike. Resolves with the results of each thing, in the order of the rounds.
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

/**
 * Returns the ratio of two series: the median over the rounds of the ratio within each round, so that load on
 * the machine during one round affects both series.
 */
export function ratioOf(
  ours: readonly number[],
  bare: readonly number[],
): { readonly value: number; readonly spread: number } {
  const ratios = ours.map((value, round) => value / (bare[round] ?? Number.NaN));
  return { value: medianOf(ratios), spread: spreadOf(ratios) };
}

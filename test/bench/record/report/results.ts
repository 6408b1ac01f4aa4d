import { existsSync, readFileSync } from 'node:fs';
import type { Outcome } from '../check/figures.js';
import type { Run } from '../run-world.js';

/** The part of a run's results that is stored for the report. */
export interface Result {
  readonly world: string;
  readonly client: string;
  readonly label: string;
  readonly seed: number;
  /** How long the run took, from the start of the servers to the check. */
  readonly seconds: number;
  readonly outcome: Outcome;
}

/**
 * Returns the results for RECORD.md: those of the given runs, and earlier ones for all other kinds of servers (worlds)
 * and seeds.
 */
export function withEarlier(
  runs: readonly Run[],
  seconds: number,
  file: URL,
  worlds: readonly string[],
): readonly Result[] {
  const now = runs.map((run) => resultOf(run, seconds));
  const isReplaced = (earlier: Result): boolean =>
    now.some(({ world, seed }) => world === earlier.world && seed === earlier.seed);
  const earlier = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as readonly Result[]) : [];
  const all = [...earlier.filter((each) => !isReplaced(each)), ...now];
  return all.toSorted(
    (left, right) => worlds.indexOf(left.world) - worlds.indexOf(right.world) || left.seed - right.seed,
  );
}

export function resultOf({ world, client, seed, outcome }: Run, seconds: number): Result {
  const { name, label } = client;
  return { world: world.name, client: name, label, seed, seconds: Math.round(seconds), outcome };
}

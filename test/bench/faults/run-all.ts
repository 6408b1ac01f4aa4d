import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Contestant } from './contestant.js';
import { contestantsOf } from './contestants.js';
import type { AnyRow } from './row.js';
import { runOnce, type RunResult } from './run-once.js';

export interface RunPlan {
  readonly rows: readonly AnyRow[];
  /** Names of those who are compared. @default all */
  readonly clients?: readonly string[] | undefined;
  readonly repetitions: number;
  readonly seed: number;
  readonly isQuick: boolean;
  /** Nothing new is begun after that. */
  readonly budgetMs: number;
}

/** All runs of one row against one client or stack. */
export interface Cell {
  readonly row: AnyRow;
  readonly client: Contestant;
  readonly results: RunResult[];
  /** How long each run took. */
  readonly runsMs: number[];
}

/** A run by itself takes little of the machine: so many of weight 1 run side by side. */
const capacity = Math.max(4, availableParallelism() * 4);

/**
 * Runs everything: one repetition of all rows after the other, so that a budget that is too short costs repetitions
 * and no rows; the clients of a row side by side or right after each other, in an order that turns round each time.
 */
export async function runAll(plan: RunPlan, onDone: (done: number, of: number) => void): Promise<Cell[]> {
  const cells = plan.rows.flatMap((row) =>
    contestantsOf(row)
      .filter(({ name }) => plan.clients?.includes(name) ?? true)
      .map((client): Cell => ({ row, client, results: [], runsMs: [] })),
  );
  const jobs = jobsOf(plan, cells);
  const endsAt = performance.now() + plan.budgetMs;
  const running = new Set<Promise<void>>();
  let load = 0;
  let done = 0;
  for (const { cell, seed } of jobs) {
    const { row, client } = cell;
    while (load > 0 && load + row.weight > capacity) await Promise.race(running);
    if (performance.now() > endsAt) break;
    load += row.weight;
    const startedAt = performance.now();
    const run: Promise<void> = runOnce(
      { row: row.name, client: client.name, seed, isQuick: plan.isQuick },
      row.timeoutMs,
    ).then((result) => {
      cell.results.push(result);
      cell.runsMs.push(performance.now() - startedAt);
      load -= row.weight;
      running.delete(run);
      onDone(++done, jobs.length);
    });
    running.add(run);
    // Starting a process is the loudest part of a run: starts do not fall on each other.
    await delay(150);
  }
  await Promise.all(running);
  return cells;
}

function jobsOf(
  { rows, repetitions, seed }: RunPlan,
  cells: readonly Cell[],
): { cell: Cell; seed: number }[] {
  return Array.from({ length: repetitions }, (_, repetition) =>
    rows.flatMap((row, index) => {
      if (repetition >= (row.maxRepetitions ?? Infinity)) return [];
      const own = cells.filter((cell) => cell.row === row);
      const ordered = repetition % 2 === 0 ? own : own.toReversed();
      return ordered.map((cell) => ({ cell, seed: seed * 1_000_003 + repetition * 101 + index }));
    }),
  ).flat();
}

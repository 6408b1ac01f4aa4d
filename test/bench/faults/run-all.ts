import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Contestant } from './contestant.js';
import { contestantsOf } from './contestants.js';
import type { AnyRow } from './row.js';
import { runOnce, type RunResult } from './run-once.js';

export interface RunPlan {
  readonly rows: readonly AnyRow[];
  /** Names of the clients or stacks to run. @default all */
  readonly clients?: readonly string[] | undefined;
  readonly repetitions: number;
  readonly seed: number;
  readonly isQuick: boolean;
  /** Time limit in milliseconds after which no further run starts. */
  readonly budgetMs: number;
}

/** A row of the fault table and a client or stack, with the results of all their runs. */
export interface Cell {
  readonly row: AnyRow;
  readonly client: Contestant;
  readonly results: RunResult[];
  /** The duration of each run, in milliseconds. */
  readonly runsMs: number[];
}

/** A single run uses little CPU time, so runs with a total weight of up to this number run side by side. */
const capacity = Math.max(4, availableParallelism() * 4);

/**
 * Runs every row with every client, one whole repetition after the other, so that too short a budget means
 * fewer repetitions, not missing rows.
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
    // The start of a process uses the most CPU time of a run, so no two processes start at the same moment.
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

import { textTable } from '../report/text-table.js';
import { nameOf, type Explanations } from './explanations.js';
import type { Mutant } from './mutants.js';
import type { Witness } from './survey.js';

/** How the tests reacted to a mutant; `endless` means that a test did not end, or that the process ended. */
export type Fate = 'killed' | 'endless' | 'survived' | 'not reached';

/** One mutant and its result; `undefined` if no test has run against it yet. */
export interface Trial {
  readonly mutant: Mutant;
  /** The source code without the mutant. */
  readonly source: string;
  readonly witnesses: readonly Witness[];
  fate: Fate | undefined;
}

/**
 * Prints the results for each file and in total, and the mutants that still need a test or an explanation;
 * returns true if there are none.
 */
export function report(
  files: readonly string[],
  trials: readonly Trial[],
  explanations: Explanations,
): boolean {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const rows = files.map((file) => {
    const own = trials.filter(({ mutant }) => mutant.file === file);
    return [file, ...figures(own, explanations)];
  });
  const headings = ['file', 'mutants', 'killed', 'endless', 'explained', 'unexplained', 'score'];
  console.log(textTable(headings, [...rows, ['all', ...figures(trials, explanations)]]));

  const survivors = trials.filter(hasSurvived);
  const unexplained = survivors.filter(({ mutant }) => !explanations.has(mutant));
  const idle = explanations.without(
    survivors.map(({ mutant }) => mutant),
    files,
  );
  const untried = trials.filter(({ fate }) => fate === undefined).length;
  for (const [heading, fate] of [
    ['No test reaches:', 'not reached'],
    ['No test notices:', 'survived'],
  ] as const) {
    const found = unexplained.filter((trial) => trial.fate === fate);
    list(
      heading,
      found.map(({ mutant }) => `line ${mutant.line}: ${nameOf(mutant)}`),
    );
  }
  if (untried === 0) list('Explained in survivors.md, but no survivor:', idle);
  else console.log(`\n${untried} mutants were not tried: the time was up.`);
  return unexplained.length === 0 && untried === 0 && idle.length === 0;
}

function figures(trials: readonly Trial[], explanations: Explanations): string[] {
  const survivors = trials.filter(hasSurvived);
  const explained = survivors.filter(({ mutant }) => explanations.has(mutant)).length;
  const killed = trials.filter(({ fate }) => fate === 'killed').length;
  const endless = trials.filter(({ fate }) => fate === 'endless').length;
  const score = trials.length === 0 ? 100 : ((killed + endless) / trials.length) * 100;
  const counts = [trials.length, killed, endless, explained, survivors.length - explained];
  return [...counts.map(String), `${score.toFixed(1)} %`];
}

function hasSurvived({ fate }: Trial): boolean {
  return fate === 'survived' || fate === 'not reached';
}

function list(heading: string, lines: readonly string[]): void {
  if (lines.length > 0) console.log(`\n${[heading, ...lines.map((line) => `- ${line}`)].join('\n')}`);
}

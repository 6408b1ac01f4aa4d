import { textTable } from '../report/text-table.js';
import { nameOf, type Explanations } from './explanations.js';
import type { Mutant } from './mutants.js';
import type { MutationTarget } from './targets.js';
import type { Fate } from './workshop.js';

/** One mutant, and what became of it: `undefined` as long as it was not tried. */
export interface Trial {
  readonly target: MutationTarget;
  readonly mutant: Mutant;
  fate: Fate | undefined;
}

/** Prints the figures, file by file and of all, and what is left to do; true when nothing is. */
export function report(
  targets: readonly MutationTarget[],
  trials: readonly Trial[],
  explanations: Explanations,
): boolean {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const rows = targets.map(({ file }) => {
    const own = trials.filter(({ target }) => target.file === file);
    return [file, ...figures(own, explanations)];
  });
  const headings = ['file', 'mutants', 'killed', 'explained', 'unexplained', 'score'];
  console.log(textTable(headings, [...rows, ['all', ...figures(trials, explanations)]]));

  const survivors = trials.filter(({ fate }) => fate === 'survived').map(({ mutant }) => mutant);
  const unexplained = survivors.filter((mutant) => !explanations.has(mutant));
  const idle = explanations.without(
    survivors,
    targets.map(({ file }) => file),
  );
  const untried = trials.filter(({ fate }) => fate === undefined).length;
  list(
    'No test notices:',
    unexplained.map((mutant) => `line ${mutant.line}: ${nameOf(mutant)}`),
  );
  if (untried === 0) list('Explained in survivors.md, but no survivor:', idle);
  else console.log(`\n${untried} mutants were not tried: the time was up.`);
  return unexplained.length === 0 && untried === 0 && idle.length === 0;
}

function figures(trials: readonly Trial[], explanations: Explanations): string[] {
  const survivors = trials.filter(({ fate }) => fate === 'survived');
  const explained = survivors.filter(({ mutant }) => explanations.has(mutant)).length;
  const killed = trials.filter(({ fate }) => fate === 'killed' || fate === 'timed out').length;
  const score = trials.length === 0 ? 100 : (killed / trials.length) * 100;
  const counts = [trials.length, killed, explained, survivors.length - explained];
  return [...counts.map(String), `${score.toFixed(1)} %`];
}

function list(heading: string, lines: readonly string[]): void {
  if (lines.length > 0) console.log(`\n${[heading, ...lines.map((line) => `- ${line}`)].join('\n')}`);
}

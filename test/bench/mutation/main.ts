import { createRandom } from '@redis-resilience/testing';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { textTable } from '../report/text-table.js';
import { nameOf, readExplanations } from './explanations.js';
import { mutantsOf, type Mutant } from './mutants.js';
import { mutationTargets, type MutationTarget } from './targets.js';
import { Workshop, type Fate } from './workshop.js';

const usage = `Breaks core in small ways, one at a time, on a copy, and looks whether its pure tests notice.

  npm run mutate -- [--seed 1] [--mutants 300] [--minutes 13] [--only file,file] [--all]

  --all   every mutant; takes as long as it takes, --minutes still counts

Fails when a mutant survives that test/bench/mutation/survivors.md does not explain.`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    mutants: { type: 'string', default: '300' },
    minutes: { type: 'string', default: '13' },
    only: { type: 'string' },
    all: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

interface Trial {
  readonly target: MutationTarget;
  readonly mutant: Mutant;
  fate: Fate | undefined;
}

if (values.help) console.log(usage);
else await mutate();

async function mutate(): Promise<void> {
  const startedAt = performance.now();
  const shops = Array.from({ length: Math.min(4, availableParallelism()) }, () => new Workshop());
  try {
    const targets = chosenTargets();
    await requireGreen(shops[0] as Workshop, targets);
    const trials = drawn(targets.flatMap((target) => trialsOf(shops[0] as Workshop, target)));
    const endsAt = startedAt + Number(values.minutes) * 60_000;
    const queue = [...trials];
    await Promise.all(shops.map((shop) => work(shop, queue, endsAt, trials.length)));
    report(targets, trials);
  } finally {
    for (const shop of shops) shop[Symbol.dispose]();
  }
  console.error(`\n${((performance.now() - startedAt) / 60_000).toFixed(1)} minutes`);
}

function chosenTargets(): readonly MutationTarget[] {
  if (values.only === undefined) return mutationTargets;
  return values.only.split(',').map((name) => {
    const target = mutationTargets.find(
      ({ file }) => file === name || file.endsWith(`/${name}.ts`) || file === `${name}.ts`,
    );
    if (!target)
      throw new Error(
        `"${name}" is not mutated. These are: ${mutationTargets.map(({ file }) => file).join(', ')}`,
      );
    return target;
  });
}

/** Where the tests fail on what is there, every mutant would seem caught. */
async function requireGreen(shop: Workshop, targets: readonly MutationTarget[]): Promise<void> {
  const tests = [...new Set(targets.flatMap((target) => target.tests))];
  if ((await shop.fateOf(tests)) !== 'survived')
    throw new Error('The tests fail before anything is changed.');
}

function trialsOf(shop: Workshop, target: MutationTarget): Trial[] {
  return mutantsOf(target.file, shop.source(target.file)).map((mutant) => ({
    target,
    mutant,
    fate: undefined,
  }));
}

/** So many of them, by the seed, in the order of the files. */
function drawn(trials: readonly Trial[]): Trial[] {
  const random = createRandom(Number(values.seed));
  const shuffled = trials
    .map((trial) => ({ trial, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ trial }) => trial);
  return values.all ? shuffled : shuffled.slice(0, Number(values.mutants));
}

async function work(shop: Workshop, queue: Trial[], endsAt: number, total: number): Promise<void> {
  for (let trial = queue.shift(); trial !== undefined; trial = queue.shift()) {
    if (performance.now() > endsAt) return;
    trial.fate = await shop.fateOf(trial.target.tests, trial.mutant);
    if (process.stderr.isTTY) process.stderr.write(`\r${total - queue.length} of ${total} mutants`);
  }
}

function report(targets: readonly MutationTarget[], trials: readonly Trial[]): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const isExplained = readExplanations();
  const rows = targets.map(({ file }) => {
    const own = trials.filter(({ target, fate }) => target.file === file && fate !== undefined);
    const survivors = own.filter(({ fate }) => fate === 'survived');
    const explained = survivors.filter(({ mutant }) => isExplained(mutant));
    const counts = [
      own.length,
      own.length - survivors.length,
      explained.length,
      survivors.length - explained.length,
    ];
    return [file, ...counts.map(String)];
  });
  console.log(textTable(['file', 'mutants', 'killed', 'explained', 'survived'], rows));
  const survivors = trials.filter(({ fate, mutant }) => fate === 'survived' && !isExplained(mutant));
  const tried = trials.filter(({ fate }) => fate !== undefined).length;
  const killed = trials.filter(({ fate }) => fate === 'killed' || fate === 'timed out').length;
  console.log(
    `\n${killed} of ${tried} mutants killed (of ${trials.length} drawn), ${survivors.length} survived unexplained, seed ${values.seed}`,
  );
  for (const { mutant } of survivors) console.log(`- line ${mutant.line}: ${nameOf(mutant)}`);
  if (survivors.length > 0) process.exitCode = 1;
}

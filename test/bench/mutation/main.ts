import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { readExplanations } from './explanations.js';
import { mutantsOf } from './mutants.js';
import { report, type Trial } from './report.js';
import { mutationTargets, type MutationTarget } from './targets.js';
import { Workshop } from './workshop.js';

const usage = `Breaks core in small ways, one at a time, on a copy, and looks whether its pure tests notice.

  npm run mutate -- [--only file,file] [--minutes 15]

Fails when a mutant survives that test/bench/mutation/survivors.md does not explain, when an explanation there is of no
mutant that survives, and when the minutes did not suffice.`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '15' },
    only: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(usage);
else await mutate();

async function mutate(): Promise<void> {
  const startedAt = performance.now();
  const endsAt = startedAt + Number(values.minutes) * 60_000;
  const targets = chosenTargets();
  const shops = Array.from({ length: Math.min(4, availableParallelism()) }, () => new Workshop());
  try {
    const trials = targets.flatMap((target) => trialsOf(shops[0] as Workshop, target));
    const limits = await limitsOf(shops[0] as Workshop, targets);
    const queue = [...trials];
    await Promise.all(shops.map((shop) => work(shop, queue, limits, endsAt)));
    if (!report(targets, trials, readExplanations())) process.exitCode = 1;
  } finally {
    await Promise.all(shops.map((shop) => shop[Symbol.asyncDispose]()));
  }
  console.log(`${((performance.now() - startedAt) / 60_000).toFixed(1)} minutes`);
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

function trialsOf(shop: Workshop, target: MutationTarget): Trial[] {
  return mutantsOf(target.file, shop.source(target.file)).map((mutant) => ({
    target,
    mutant,
    fate: undefined,
  }));
}

/**
 * How long the tests of each target may take on a mutant. Where they fail on what is there, every mutant would seem
 * caught: that throws.
 */
async function limitsOf(
  shop: Workshop,
  targets: readonly MutationTarget[],
): Promise<ReadonlyMap<MutationTarget, number>> {
  const limits = new Map<MutationTarget, number>();
  for (const target of targets) {
    const usualMs = await shop.durationOf(target.tests, 60_000);
    limits.set(target, 5_000 + 5 * usualMs);
  }
  return limits;
}

async function work(
  shop: Workshop,
  queue: Trial[],
  limits: ReadonlyMap<MutationTarget, number>,
  endsAt: number,
): Promise<void> {
  for (let trial = queue.shift(); trial !== undefined; trial = queue.shift()) {
    if (performance.now() > endsAt) return;
    const { target, mutant } = trial;
    trial.fate = await shop.fateOf(mutant, target.tests, limits.get(target) ?? 0);
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${queue.length} mutants to go`);
  }
}

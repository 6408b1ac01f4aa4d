import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readExplanations, type Explanations } from './explanations.js';
import { JudgeProcess } from './judge-process.js';
import type { TestName, TimedTest } from './judge.js';
import { mutantsOf } from './mutants.js';
import { countPlaces, type Place } from './places.js';
import { pureTestsOf } from './pure-tests.js';
import { report, type Trial } from './report.js';
import { Survey, type Witness } from './survey.js';
import { mutationTargets } from './targets.js';

const usage = `Breaks core in small ways, one at a time, and looks whether its pure tests notice.

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

/**
 * Time limit in milliseconds for the tests that run against one mutant, by their usual durations: first the
 * tests of the mutant's own file, then as many others as fit. A mutant that survivors.md explains is expected
 * to survive all tests, so it gets less time.
 */
const testsMs = { explained: 1_000, unexplained: 4_000 };

const sourceFolder = fileURLToPath(new URL('../../../../packages/core/src/', import.meta.url));

if (values.help) console.log(usage);
else await mutate();

async function mutate(): Promise<void> {
  const startedAt = performance.now();
  const endsAt = startedAt + Number(values.minutes) * 60_000;
  const files = chosenFiles();
  const judges = Array.from({ length: Math.min(4, availableParallelism()) }, () => new JudgeProcess());
  try {
    const explanations = readExplanations();
    const trials = await trialsOf(judges, files, explanations);
    const queue = trials.filter(({ fate }) => fate === undefined);
    const kills = new Map<string, number>();
    await Promise.all(judges.map((judge) => work(judge, queue, kills, endsAt)));
    if (!report(files, trials, explanations)) process.exitCode = 1;
    await Promise.all(judges.map((judge) => refuseSpoilt(judge, kills)));
  } finally {
    await Promise.all(judges.map((judge) => judge[Symbol.asyncDispose]()));
  }
  console.log(`${((performance.now() - startedAt) / 60_000).toFixed(1)} minutes`);
}

function chosenFiles(): readonly string[] {
  if (values.only === undefined) return mutationTargets;
  return values.only.split(',').map((name) => {
    const found = mutationTargets.find((file) => file === name || `/${file}`.endsWith(`/${name}.ts`));
    if (found === undefined)
      throw new Error(`"${name}" is not mutated. These are: ${mutationTargets.join(', ')}`);
    return found;
  });
}

/** Returns all mutants, each with the tests that reach it. */
async function trialsOf(
  judges: readonly JudgeProcess[],
  files: readonly string[],
  explanations: Explanations,
): Promise<Trial[]> {
  const sources = new Map(files.map((file) => [file, readFileSync(join(sourceFolder, file), 'utf8')]));
  const counted = new Map([...sources].map(([file, source]) => [file, countPlaces(file, source)]));
  const changes = [...counted].map(([file, { source }]) => [file, source] as const);
  const survey = new Survey();
  const tests = pureTestsOf(files);
  await Promise.all(judges.map((judge) => survey.walk(judge, tests, changes)));
  // The child processes have loaded instrumented source code, so they end here; new ones load the original code.
  await Promise.all(judges.map((judge) => judge[Symbol.asyncDispose]()));
  return [...sources].flatMap(([file, source]) => {
    const places: readonly Place[] = counted.get(file)?.places ?? [];
    return mutantsOf(file, source).map((mutant): Trial => {
      const all = survey.witnessesOf(file, places, mutant);
      const witnesses = withinMs(all, explanations.has(mutant) ? testsMs.explained : testsMs.unexplained);
      return { mutant, source, witnesses, fate: all.length === 0 ? 'not reached' : undefined };
    });
  });
}

function withinMs(witnesses: readonly Witness[], limitMs: number): Witness[] {
  let ms = 0;
  return witnesses.filter((witness) => {
    ms += witness.ms;
    return ms <= limitMs || witness.isOwn;
  });
}

async function work(
  judge: JudgeProcess,
  queue: Trial[],
  kills: Map<string, number>,
  endsAt: number,
): Promise<void> {
  for (let trial = queue.shift(); trial !== undefined; trial = queue.shift()) {
    if (performance.now() > endsAt) return;
    const { file, start, end, replacement } = trial.mutant;
    // Tests that have caught other mutants are the most likely to catch this one, so they run first.
    const witnesses = trial.witnesses.toSorted(
      (one, other) => (kills.get(keyOf(other.name)) ?? 0) - (kills.get(keyOf(one.name)) ?? 0),
    );
    const source = trial.source.slice(0, start) + replacement + trial.source.slice(end);
    const tests = witnesses.map(({ name, ms }): TimedTest => [name, ms]);
    const answer = await judge.ask({ kind: 'try', change: [file, source], tests });
    trial.fate = answer === undefined ? 'endless' : answer.kind === 'passed' ? 'survived' : 'killed';
    // No test can catch a mutant that does not compile, so it is left out.
    if (answer?.kind === 'failed' && answer.test[0] !== '') {
      const key = keyOf(answer.test);
      kills.set(key, (kills.get(key) ?? 0) + 1);
    }
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${queue.length} mutants to go`);
  }
}

/**
 * Throws if tests fail without a mutant because an earlier one has corrupted the state of the process; from
 * then on, every mutant would seem to be caught.
 */
async function refuseSpoilt(judge: JudgeProcess, kills: ReadonlyMap<string, number>): Promise<void> {
  const tests = [...kills.keys()].map((key): TimedTest => {
    const [file = '', index] = key.split(' ');
    return [[file, Number(index)], 5_000];
  });
  const answer = await judge.ask({ kind: 'try', change: undefined, tests });
  if (answer?.kind === 'failed') throw new Error(`A mutant makes later tests fail: ${answer.error}`);
}

function keyOf([file, index]: TestName): string {
  return `${file} ${index}`;
}

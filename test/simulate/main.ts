import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readRequest } from '../bench/report/read-request.ts';
import { textTable } from '../bench/report/text-table.ts';
import { requestIn, usage, type Request } from './arguments.ts';
import { Crew } from './crew.ts';
import { planOf, type Plan } from './plan.ts';
import { buildWith } from './prove/build-with.ts';
import { mistakes, type Mistake } from './prove/mistakes.ts';
import { rootFolder } from './root-folder.ts';
import { commandFor, shrinkPlan } from './shrink-plan.ts';
import { simulate, type RunResult } from './simulate.ts';

const distFolder = join(rootFolder, 'test/simulate/dist');
/** Maximum number of failed runs to reduce to fewer faults and to print. */
const mostShrunk = 5;

const shapeNames = {
  single: 'A server',
  sentinel: 'A primary, a replica and three sentinels',
  databases: 'Two databases',
} as const;

process.exitCode = await main();

async function main(): Promise<number> {
  const request = readRequest(requestIn);
  switch (request?.kind) {
    case undefined:
      return 2;
    case 'help':
      console.log(usage);
      return 0;
    case 'again':
      return again(request);
    case 'prove':
      return prove(request);
    case 'seeds':
      return liveThrough(request);
    default:
      return request satisfies never;
  }
}

type RequestOf<Kind extends Request['kind']> = Extract<Request, { kind: Kind }>;

async function again({ seed, seconds, faults, trace }: RequestOf<'again'>): Promise<number> {
  const whole = planOf(seed, seconds);
  const unknown = faults.find((number) => number > whole.faults.length);
  if (unknown !== undefined) {
    console.error(`--faults: seed ${seed} has the faults 1 to ${whole.faults.length}, and no ${unknown}.`);
    return 2;
  }
  const chosen = whole.faults.filter((_, index) => faults.length === 0 || faults.includes(index + 1));
  const plan = { ...whole, faults: chosen };
  const print = trace ? (line: string): void => void process.stdout.write(line) : undefined;
  const result = await simulate(plan, print);
  console.log(planText(plan));
  console.log(resultText(result));
  return result.findings.length === 0 ? 0 : 1;
}

async function liveThrough({ seeds, seconds }: RequestOf<'seeds'>): Promise<number> {
  const startedAt = performance.now();
  await using crew = new Crew(join(distFolder, 'worker.js'));
  const results = await crew.live(
    seeds.map((seed) => planOf(seed, seconds)),
    (_, done) => {
      if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${done} of ${seeds.length} seeds`);
      return false;
    },
  );
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const failed = results.filter(({ findings }) => findings.length > 0);
  for (const result of failed.slice(0, mostShrunk)) await explain(crew, planOf(result.seed, seconds), result);
  const others = failed.slice(mostShrunk).map(({ seed }) => seed);
  if (others.length > 0) console.log(`\nFailed as well: ${others.join(', ')}`);
  const minutes = (performance.now() - startedAt) / 60_000;
  const calls = results.reduce((sum, result) => sum + result.calls, 0);
  const undecided = results.filter(({ isHistoryUndecided }) => isHistoryUndecided).length;
  const slowestMs = Math.max(...results.map(({ slowestRecoveryMs }) => slowestRecoveryMs));
  console.log(
    `${results.length} seeds of ${seconds} s, ${failed.length} failed; ${calls} calls; slowest recovery ${Math.round(slowestMs)} ms; ` +
      `${undecided} histories undecided; ` +
      `digest ${digestOf(results)}; ${minutes.toFixed(1)} minutes`,
  );
  return failed.length === 0 ? 0 : 1;
}

async function explain(crew: Crew, plan: Plan, result: RunResult): Promise<void> {
  const small = await shrinkPlan(plan, result, async (fewer) => (await crew.live([fewer]))[0] as RunResult);
  console.log(`\n${commandFor(plan, small.plan)}\n${planText(small.plan)}\n${resultText(small.result)}`);
}

async function prove({ mistakes: names, mostSeeds, seconds }: RequestOf<'prove'>): Promise<number> {
  const folder = join(distFolder, `mistakes-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    const rows: (readonly string[])[] = [];
    for (const mistake of mistakes.filter(({ name }) => names.includes(name))) {
      const row = await rowOf(mistake, join(folder, `${mistake.name}.js`), mostSeeds, seconds);
      rows.push(row);
      console.error(row.join('  '));
    }
    console.log(textTable(['mistake', 'found by seed', 'as', 'by the history'], rows));
    return rows.every(([, seed]) => seed !== 'not found') ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function rowOf(
  mistake: Mistake,
  script: string,
  mostSeeds: number,
  seconds: number,
): Promise<readonly string[]> {
  try {
    await buildWith(mistake, script);
  } catch (error) {
    return [mistake.name, 'not found', (error as Error).message.split('\n').at(-1) ?? '', ''];
  }
  await using crew = new Crew(script);
  const plans = Array.from({ length: mostSeeds }, (_, index) => planOf(index + 1, seconds));
  const results = await crew.live(plans, ({ findings }) => findings.length > 0);
  const found = results.find(({ findings }) => findings.length > 0);
  if (found === undefined) return [mistake.name, 'not found', '', ''];
  const kinds = [...new Set(found.findings.map(({ kind }) => kind))];
  const isInValues = kinds.includes('history');
  return [mistake.name, String(found.seed), kinds.join(', '), isInValues ? 'yes' : ''];
}

function planText({ faults, isPersistent, shape }: Plan): string {
  const lines = faults.map(
    ({ kind, atMs, forMs, amount }) => `  at ${atMs} ms for ${forMs} ms: ${kind} (${amount})`,
  );
  return [`${shapeNames[shape]} ${isPersistent ? 'with' : 'without'} persistence.`, ...lines].join('\n');
}

function resultText({ findings, digest }: RunResult): string {
  const lines = findings.map(({ kind, atMs, text }) => `  ${kind} at ${Math.round(atMs)} ms: ${text}`);
  return [...lines, `digest ${digest}`].join('\n');
}

function digestOf(results: readonly RunResult[]): string {
  const digests = results.map(({ seed, digest }) => `${seed} ${digest}`);
  return createHash('sha256').update(digests.join()).digest('hex').slice(0, 16);
}

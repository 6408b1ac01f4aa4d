import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { describeMachine, lookAtMachine } from '../report/machine.js';
import type { Contestant } from './contestant.js';
import { checkNames, contestantsOf } from './contestants.js';
import { markdownReport } from './markdown-report.js';
import { outagePlot, type Lane } from './outage-plot.js';
import { allPeers } from './peers/all-peers.js';
import { allRows, rowsNamed } from './rows/all-rows.js';
import { runAll, type Cell, type RunPlan } from './run-all.js';
import { summarise } from './summary.js';
import { terminalReport } from './terminal-report.js';

const usage = `Breaks a real Redis in every way the fault table knows, in front of each client in turn, and says what callers saw.

  npm run faults -- [--rows a,b] [--clients a,b] [--repetitions 3] [--seed 1] [--quick] [--json file]

  --quick        the short rows, once: about three minutes
  --minutes      nothing new is begun after so many minutes (default 13, with --quick 4)

A run of all rows and clients writes packages/core/FAULTS.md and packages/core/outage.svg; --no-report leaves them.
Rows:    ${allRows.map(({ name }) => name).join(', ')}
Clients: ${allPeers.map(({ name }) => name).join(', ')}
Stacks:
${stacksByRow()}`;

const { values } = parseArgs({
  options: {
    rows: { type: 'string' },
    clients: { type: 'string' },
    repetitions: { type: 'string' },
    seed: { type: 'string', default: '1' },
    quick: { type: 'boolean', default: false },
    minutes: { type: 'string' },
    json: { type: 'string' },
    'no-report': { type: 'boolean', default: false },
    report: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const drawnRow = 'restart-10s';
const core = new URL('../../../../packages/core/', import.meta.url);

if (values.help) console.log(usage);
else await compare(planOf());

function stacksByRow(): string {
  return allRows
    .filter(({ stacks }) => stacks !== undefined)
    .map(({ name, stacks }) => `         ${name}: ${stacks?.map((stack) => stack.name).join(', ')}`)
    .join('\n');
}

function planOf(): RunPlan {
  const isQuick = values.quick;
  const rows =
    values.rows?.split(',').flatMap(rowsNamed) ?? allRows.filter((row) => !(isQuick && row.isLong));
  return {
    rows,
    clients: values.clients === undefined ? undefined : checkNames(rows, values.clients.split(',')),
    repetitions: Number(values.repetitions ?? (isQuick ? 1 : 3)),
    seed: Number(values.seed),
    isQuick,
    budgetMs: Number(values.minutes ?? (isQuick ? 4 : 13)) * 60_000,
  };
}

async function compare(plan: RunPlan): Promise<void> {
  const startedAt = performance.now();
  const isChosen = ({ name }: Contestant): boolean => plan.clients?.includes(name) ?? true;
  const chosen = plan.rows.flatMap((row) => contestantsOf(row).filter(isChosen));
  const packages = [...new Set(chosen.flatMap((contestant) => contestant.packages))];
  const machine = lookAtMachine(packages);
  console.log(`${describeMachine(machine)} · seed ${plan.seed}\n`);
  const cells = await runAll(plan, (done, of) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${of} runs`);
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const summaries = summarise(plan.rows, cells);
  console.log(terminalReport(summaries));
  const lanes = lanesOf(cells);
  const isWhole = values.rows === undefined && values.clients === undefined && !plan.isQuick;
  if ((isWhole && !values['no-report']) || values.report) {
    const repetitions = Math.max(...cells.map(({ results }) => results.length));
    const facts = {
      machine,
      clients: allPeers.filter(isChosen),
      repetitions,
      seed: plan.seed,
      hasPlot: lanes.length > 0,
    };
    const file = fileURLToPath(new URL('FAULTS.md', core));
    const options = { ...(await resolveConfig(file)), filepath: file };
    writeFileSync(file, await format(markdownReport(summaries, facts), options));
    if (lanes.length > 0) {
      writeFileSync(fileURLToPath(new URL('outage.svg', core)), outagePlot('Redis killed for 10 s', lanes));
    }
  }
  if (values.json !== undefined) {
    const report = { machine, seed: plan.seed, rows: summaries, lanes };
    writeFileSync(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
  }
  const done = cells.reduce((sum, { results }) => sum + results.length, 0);
  console.error(`\n${done} runs in ${((performance.now() - startedAt) / 60_000).toFixed(1)} minutes`);
}

/** Of each client the run in the middle, by the time it took to recover. */
function lanesOf(cells: readonly Cell[]): Lane[] {
  return cells
    .filter(({ row }) => row.name === drawnRow)
    .flatMap(({ client, results }) => {
      const runs = results
        .flatMap((result) => (result.kind === 'findings' ? [result.findings] : []))
        .toSorted((a, b) => (a.figures.recoveredMs ?? Infinity) - (b.figures.recoveredMs ?? Infinity));
      const { figures, timeline } = runs[Math.floor(runs.length / 2)] ?? {};
      if (figures === undefined || timeline === undefined) return [];
      const isOurs = client.packages.includes('@redis-resilience/core');
      return [{ label: client.label, isOurs, recoveredMs: figures.recoveredMs ?? null, timeline }];
    });
}

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { describeMachine, lookAtMachine, type Machine } from '../report/machine.js';
import { readRequest } from '../report/read-request.js';
import { requestIn, usage, type Request } from './arguments.js';
import type { Contestant } from './contestant.js';
import { contestantsOf } from './contestants.js';
import { isWhole, withEarlier, type KeptRow } from './report/kept-rows.js';
import { markdownReport } from './report/markdown-report.js';
import { outagePlot, type Lane } from './report/outage-plot.js';
import { summarise, type RowSummary } from './report/summary.js';
import { terminalReport } from './report/terminal-report.js';
import { allRows } from './rows/all-rows.js';
import { runAll, type Cell } from './run-all.js';

const drawnRow = 'restart-10s';
const core = new URL('../../../../packages/core/', import.meta.url);
const kept = new URL('../../faults/results.json', import.meta.url);

const request = readRequest(requestIn);
if (request === undefined) process.exitCode = 2;
else if (request === 'help') console.log(usage);
else await compare(request);

async function compare({ plan, writesReport, json }: Request): Promise<void> {
  const startedAt = performance.now();
  const isChosen = ({ name }: Contestant): boolean => plan.clients?.includes(name) ?? true;
  const chosen = plan.rows.flatMap((row) => contestantsOf(row).filter(isChosen));
  const machine = lookAtMachine(packagesOf(chosen));
  console.log(`${describeMachine(machine)} · seed ${plan.seed}\n`);
  const cells = await runAll(plan, (done, of) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${of} runs`);
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const summaries = summarise(plan.rows, cells);
  console.log(terminalReport(summaries));
  const lanes = lanesOf(cells);
  if (writesReport) {
    const whole = summaries.filter(isWhole);
    const cut = summaries.filter((summary) => !isWhole(summary)).map(({ row }) => row);
    if (cut.length > 0) console.error(`\nCut short, and not kept: ${cut.join(', ')}`);
    await report(
      whole.map((summary) => ({ machine: machineOf(machine, summary), seed: plan.seed, summary })),
      lanes,
    );
  }
  if (json !== undefined) {
    const results = { machine, seed: plan.seed, rows: summaries, lanes };
    writeFileSync(json, `${JSON.stringify(results, undefined, 2)}\n`);
  }
  const done = cells.reduce((sum, { results }) => sum + results.length, 0);
  console.error(`\n${done} runs in ${((performance.now() - startedAt) / 60_000).toFixed(1)} minutes`);
}

async function report(now: readonly KeptRow[], lanes: readonly Lane[]): Promise<void> {
  const rows = withEarlier(
    now,
    kept,
    allRows.map(({ name }) => name),
  );
  const file = fileURLToPath(new URL('FAULTS.md', core));
  const config = await resolveConfig(file);
  writeFileSync(kept, await format(JSON.stringify(rows), { ...config, parser: 'json' }));
  const hasPlot = rows.some(({ summary }) => summary.row === drawnRow);
  writeFileSync(file, await format(markdownReport(rows, hasPlot), { ...config, parser: 'markdown' }));
  if (now.some(({ summary }) => summary.row === drawnRow) && lanes.length > 0)
    writeFileSync(fileURLToPath(new URL('outage.svg', core)), outagePlot('Redis killed for 10 s', lanes));
}

/** Returns the description of the machine, with the versions of only those packages that this row compares. */
function machineOf(machine: Machine, { row }: RowSummary): Machine {
  const names = packagesOf(allRows.filter(({ name }) => name === row).flatMap(contestantsOf));
  const packages = Object.entries(machine.packages).filter(([name]) => names.includes(name));
  return { ...machine, packages: Object.fromEntries(packages) };
}

function packagesOf(contestants: readonly Contestant[]): string[] {
  return [...new Set(contestants.flatMap(({ packages }) => packages))];
}

/** Returns one lane of the plot for each client. A lane shows the run with the client's median recovery time. */
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

import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { lookAtMachine } from '../report/machine.js';
import { readRequest } from '../report/read-request.js';
import { textTable } from '../report/text-table.js';
import { requestIn, usage, type Request } from './arguments.js';
import { rows } from './catalogue.js';
import { markdownReport } from './markdown-report.js';
import { runOnce, type Run } from './run-once.js';
import { ways } from './subject.js';
import { crowdHeadings, crowdRow, headings, tableRow } from './table.js';

const request = readRequest(requestIn);
if (request === undefined) process.exitCode = 2;
else if (request === 'help') console.log(usage);
else await compare(request);

async function compare(request: Request): Promise<void> {
  const { chosen, tasks, crowds, json, merge } = request;
  const deadline = performance.now() + request.minutes * 60_000;
  const runs = merge === undefined ? [] : (JSON.parse(readFileSync(merge, 'utf8')) as Run[]);
  const missing = tasks.filter(
    ({ name, way, fault }) => !runs.some((run) => run.row === name && run.way === way && run.fault === fault),
  );
  let next = 0;
  const work = async (): Promise<void> => {
    for (
      let task = missing[next++];
      task !== undefined && performance.now() < deadline;
      task = missing[next++]
    ) {
      runs.push(await runOnce(task.name, task.way, task.fault));
      keep(runs, json);
      if (process.stderr.isTTY) process.stderr.write(`\r${runs.length} of ${tasks.length} runs`);
    }
  };
  await Promise.all(Array.from({ length: request.parallel }, work));
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const lines = chosen.flatMap(({ name }) =>
    ways
      .map((way) => runs.filter((run) => run.row === name && run.way === way))
      .filter((some) => some.length > 0)
      .map(crowds ? crowdRow : tableRow),
  );
  console.log(textTable(crowds ? crowdHeadings : headings, lines));
  for (const run of runs) complain(run);
  if (request.writesReport && runs.length >= tasks.length) await write(lines);
}

// Called after each run, so that an interruption loses no results.
function keep(runs: readonly Run[], file: string | undefined): void {
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(runs, undefined, 2)}\n`);
}

function complain({ row, way, fault, figures, closed, broken }: Run): void {
  const why = broken ?? figures?.unhandledMessage ?? closed?.error;
  if (why !== undefined) console.log(`${row}, ${way}, ${fault}: ${why}`);
}

async function write(lines: string[][]): Promise<void> {
  const file = fileURLToPath(new URL('../../../../packages/fallback/ECOSYSTEM.md', import.meta.url));
  const machine = lookAtMachine(['ioredis', ...new Set(rows.flatMap(({ packages }) => packages))]);
  const options = { ...(await resolveConfig(file)), filepath: file };
  writeFileSync(file, await format(markdownReport(lines, machine), options));
}

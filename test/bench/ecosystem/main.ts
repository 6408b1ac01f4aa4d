import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { lookAtMachine } from '../report/machine.js';
import { textTable } from '../report/text-table.js';
import { crowdRows, rowNamed, rows } from './catalogue.js';
import { crowdFaults, faults, type Fault } from './fault.js';
import { markdownReport } from './markdown-report.js';
import { runOnce, type Run } from './run-once.js';
import { ways, type Way } from './subject.js';
import { crowdHeadings, crowdRow, headings, tableRow } from './table.js';

const usage = `Puts the libraries that sit on Redis through outages, on plain ioredis, on the protected client as it is, and by
the helper that the guide documents.

  npm run ecosystem -- [--rows a,b] [--ways plain,as-is,helper] [--faults killed,frozen,booted,closed]
                       [--parallel 3] [--minutes 15] [--json file] [--merge file]
  npm run ecosystem -- --crowds   500 visitors of Socket.IO, 200 requests/s to Nest, BullMQ, for 2, 15 and 3 s; 350 requests/s
                                  to an application of six libraries on node-redis, for 2.5, 8 and 3 s

  --json         writes what was measured; --merge takes what an earlier run wrote, and runs only what is missing

A run of everything writes packages/fallback/ECOSYSTEM.md; --no-report leaves it.
Rows:   ${rows.map(({ name }) => name).join(', ')}
Faults: ${faults.map(({ name, says }) => `${name} (${says})`).join('\n        ')}`;

const { values } = parseArgs({
  options: {
    rows: { type: 'string' },
    ways: { type: 'string' },
    faults: { type: 'string' },
    parallel: { type: 'string', default: '3' },
    minutes: { type: 'string', default: '15' },
    json: { type: 'string' },
    merge: { type: 'string' },
    crowds: { type: 'boolean', default: false },
    'no-report': { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(usage);
else await compare();

async function compare(): Promise<void> {
  const deadline = performance.now() + Number(values.minutes) * 60_000;
  const chosen = values.rows?.split(',').map(rowNamed) ?? (values.crowds ? crowdRows : rows);
  const chosenWays = (values.ways?.split(',') ?? ways) as Way[];
  const allFaults = (values.crowds ? crowdFaults : faults).map(({ name }) => name);
  const given = values.faults?.split(',') as Fault[] | undefined;
  const tasks = chosen.flatMap(({ name, without = {}, faults: own }) =>
    chosenWays
      .filter((way) => !(way in without))
      .flatMap((way) => (given ?? own ?? allFaults).map((fault) => ({ name, way, fault }))),
  );
  const runs = values.merge === undefined ? [] : (JSON.parse(readFileSync(values.merge, 'utf8')) as Run[]);
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
      keep(runs);
      if (process.stderr.isTTY) process.stderr.write(`\r${runs.length} of ${tasks.length} runs`);
    }
  };
  await Promise.all(Array.from({ length: Number(values.parallel) }, work));
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const lines = chosen.flatMap(({ name }) =>
    ways
      .map((way) => runs.filter((run) => run.row === name && run.way === way))
      .filter((some) => some.length > 0)
      .map(values.crowds ? crowdRow : tableRow),
  );
  console.log(textTable(values.crowds ? crowdHeadings : headings, lines));
  for (const run of runs) complain(run);
  const isWhole =
    runs.length >= tasks.length && !values.crowds && !values.rows && !values.ways && !values.faults;
  if (isWhole && !values['no-report']) await write(lines);
}

// After each run, so that nothing is lost when the rest is stopped.
function keep(runs: readonly Run[]): void {
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(runs, undefined, 2)}\n`);
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

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { describeMachine, lookAtMachine } from '../report/machine.js';
import { readRequest } from '../report/read-request.js';
import { textTable } from '../report/text-table.js';
import { allWorlds, requestIn, usage, type Request } from './arguments.js';
import { markdownRecord } from './report/markdown-record.js';
import { recordPlot } from './report/record-plot.js';
import { headings, rowsOf } from './report/record-table.js';
import { resultOf, withEarlier } from './report/results.js';
import { unanswered } from './report/unanswered.js';
import { runWorld, type Run } from './run-world.js';

const core = new URL('../../../../packages/core/', import.meta.url);
const kept = new URL('../../record/results.json', import.meta.url);
/** All processes are ended after the requested time multiplied by this factor. */
const mostOverrun = 1.08;
/** A drawing with more lines would not be readable. */
const mostLines = 16;

const request = readRequest(requestIn);
if (request === undefined) process.exitCode = 2;
else if (request === 'help') console.log(usage);
else {
  endOnSignals();
  setTimeout(
    () => {
      console.error('The time is up, and something goes on: nothing more is awaited.');
      process.exit(1);
    },
    request.minutes * 60_000 * mostOverrun,
  ).unref();
  process.exit(await record(request));
}

/** If this process ends normally, it ends the servers and clients, too. */
function endOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(signal, () => process.exit(130));
}

async function record({ seed, minutes, clients, worlds, faults, writesReport }: Request): Promise<number> {
  const seconds = (minutes * 60) / worlds.length;
  const machine = lookAtMachine([...new Set(clients.flatMap(({ packages }) => packages))]);
  console.log(`${describeMachine(machine)} · seed ${seed} · ${Math.round(seconds)} s for each world\n`);
  const runs: Run[] = [];
  for (const world of worlds) {
    const own = await runWorld(world, clients, { seed, seconds, faults });
    runs.push(...own);
    const rows = rowsOf(own.map((run) => resultOf(run, seconds)));
    console.log(`${world.label}\n\n${textTable(headings, rows)}\n`);
    for (const { client, picture = '' } of own) {
      const isShort = picture !== '' && picture.split('\n').length <= mostLines;
      if (isShort) console.log(`${client.label}, ${world.label}:\n${picture}\n`);
    }
  }
  const missing = unanswered(runs);
  if (missing !== undefined) {
    console.error(missing);
    return 1;
  }
  if (writesReport) await report();
  return 0;

  async function report(): Promise<void> {
    const names = allWorlds.map(({ name }) => name);
    const results = withEarlier(runs, seconds, kept, names);
    const file = fileURLToPath(new URL('RECORD.md', core));
    const config = await resolveConfig(file);
    writeFileSync(kept, await format(JSON.stringify(results), { ...config, parser: 'json' }));
    const text = markdownRecord({ machine, worlds: allWorlds, clients, results });
    writeFileSync(file, await format(text, { ...config, parser: 'markdown' }));
    writeFileSync(new URL('record.svg', core), recordPlot(results));
  }
}

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { describeMachine, lookAtMachine } from '../report/machine.js';
import { textTable } from '../report/text-table.js';
import { requestIn, usage, type Request } from './arguments.js';
import { markdownRecord } from './markdown-record.js';
import { recordPlot } from './record-plot.js';
import { headings, rowsOf } from './record-table.js';
import { runOne, type Run } from './run.js';

const core = new URL('../../../../packages/core/', import.meta.url);
/** What starting a world, the calm at its end, and the check take. */
const overheadSeconds = 22;

const request = read(process.argv.slice(2));
if (request === undefined) process.exitCode = 2;
else if (request === 'help') console.log(usage);
else process.exitCode = await record(request);

function read(args: readonly string[]): Request | 'help' | undefined {
  try {
    return requestIn(args);
  } catch (error) {
    console.error((error as Error).message.split('\n')[0]);
    return undefined;
  }
}

async function record({ seed, minutes, clients, worlds, faults, writesReport }: Request): Promise<number> {
  const pairs = worlds.flatMap((world) =>
    clients
      .filter((client) => !(world.name === 'sentinel' && client.name === 'glide'))
      .map((client) => ({ world, client })),
  );
  const faultSeconds = Math.max(5, (minutes * 60) / pairs.length - overheadSeconds);
  const machine = lookAtMachine([...new Set(clients.flatMap(({ packages }) => packages))]);
  console.log(`${describeMachine(machine)} · seed ${seed} · ${Math.round(faultSeconds)} s of faults each\n`);
  const runs: Run[] = [];
  for (const { world, client } of pairs) {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${world.name}, ${client.label}`);
    runs.push(await runOne(world, client, { seed, faultSeconds, faults }));
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  for (const world of worlds) console.log(`${world.label}\n\n${textTable(headings, rowsOf(runs, world))}\n`);
  for (const { world, client, outcome } of runs) {
    const picture = outcome.kind === 'recorded' ? outcome.figures.picture : undefined;
    if (picture !== undefined) console.log(`${client.label}, ${world.label}:\n${picture}\n`);
  }
  if (writesReport) {
    const file = fileURLToPath(new URL('RECORD.md', core));
    const config = await resolveConfig(file);
    const text = markdownRecord({ machine, seed, faultSeconds, worlds, runs });
    writeFileSync(file, await format(text, { ...config, parser: 'markdown' }));
    writeFileSync(new URL('record.svg', core), recordPlot(runs));
  }
  return runs.every(({ outcome }) => outcome.kind === 'recorded') ? 0 : 1;
}

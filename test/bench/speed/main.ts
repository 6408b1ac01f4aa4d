import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { describeMachine, lookAtMachine } from '../report/machine.js';
import { textTable } from '../report/text-table.js';
import { measureAllocation } from './allocation.js';
import { compareWithBaseline, updateBaseline } from './baseline.js';
import { measureBatches } from './batches.js';
import { measureCallers } from './callers.js';
import { measureClusters } from './clusters.js';
import { measureColdStart } from './cold-start.js';
import { measureConnections } from './connections.js';
import { measureFlights } from './flights.js';
import { measureFrameworks } from './frameworks.js';
import { measureFront } from './front.js';
import { measureIntegrity } from './integrity.js';
import { measureLeases } from './leases.js';
import type { Measurement, Part } from './measurement.js';
import { measurePieces } from './pieces.js';
import { measureTransports } from './transports.js';
import { measureWaiting } from './waiting.js';

const parts: readonly Part[] = [
  { name: 'callers', run: measureCallers },
  { name: 'clusters', run: measureClusters },
  { name: 'batches', run: measureBatches },
  { name: 'transports', run: measureTransports },
  { name: 'allocation', run: measureAllocation },
  { name: 'pieces', run: measurePieces },
  { name: 'frameworks', run: measureFrameworks },
  { name: 'waiting', run: measureWaiting },
  { name: 'flights', run: measureFlights },
  { name: 'connections', run: measureConnections },
  { name: 'leases', run: measureLeases },
  { name: 'cold-start', run: measureColdStart },
  { name: 'front', run: measureFront },
  { name: 'integrity', run: measureIntegrity },
];

const usage = `What protection costs and gains, beside bare ioredis in the same run, on a real redis-server.

  npm run bench -- [--only a,b] [--rounds 10] [--round-ms 400] [--check | --update] [--json file]

  --check    fails when a ratio is worse than the committed one (test/bench/baseline.json) beyond noise
  --update   commits the ratios of this run to that file
  --quick    4 rounds of 250 ms

Parts: ${parts.map(({ name }) => name).join(', ')}`;

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string' },
    'round-ms': { type: 'string' },
    check: { type: 'boolean', default: false },
    update: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(usage);
else await measure();

async function measure(): Promise<void> {
  const startedAt = performance.now();
  const depth = {
    rounds: Number(values.rounds ?? (values.quick ? 4 : 10)),
    roundMs: Number(values['round-ms'] ?? (values.quick ? 250 : 400)),
  };
  const machine = lookAtMachine(['ioredis', 'redis', 'express', 'koa', '@nestjs/core']);
  console.log(`${describeMachine(machine)}\n`);
  const measurements: Measurement[] = [];
  for (const part of chosenParts()) {
    const measurement = await part.run(depth);
    measurements.push(measurement);
    console.log(`${measurement.title}\n${textTable(measurement.headings, measurement.rows)}\n`);
  }
  const verdicts = measurements.flatMap((measurement) => measurement.verdicts);
  for (const { target, isMet } of verdicts) console.log(`${isMet ? 'met   ' : 'MISSED'} ${target}`);
  const ratios = measurements.flatMap((measurement) => measurement.ratios);
  if (values.update) updateBaseline(ratios, machine);
  if (values.check && !checked(ratios)) process.exitCode = 1;
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ machine, depth, measurements }, undefined, 2)}\n`);
  }
  console.error(`\n${((performance.now() - startedAt) / 1_000).toFixed(0)} s`);
}

function chosenParts(): readonly Part[] {
  if (values.only === undefined) return parts;
  return values.only.split(',').map((name) => {
    const part = parts.find((each) => each.name === name);
    if (!part)
      throw new Error(`There is no part "${name}". There are: ${parts.map((each) => each.name).join(', ')}`);
    return part;
  });
}

function checked(ratios: Parameters<typeof compareWithBaseline>[0]): boolean {
  const comparisons = compareWithBaseline(ratios);
  const rows = comparisons.map(({ name, before, now, noise, isLoss }) => [
    name,
    before.toFixed(2),
    now.toFixed(2),
    `±${(noise * 100).toFixed(0)} %`,
    isLoss ? 'LOSS' : 'held',
  ]);
  console.log(`\n${textTable(['ratio', 'committed', 'now', 'noise', ''], rows)}`);
  return comparisons.every(({ isLoss }) => !isLoss);
}

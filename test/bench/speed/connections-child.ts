// A separate process that measures what many connections cost. Needs --expose-gc.
import { setTimeout as delay } from 'node:timers/promises';
import { connectClient, type ClientKind, type MeasuredClient } from './client-kinds.js';
import { medianOf } from '../report/statistics.js';
import { load } from './load.js';

/** The cost of many connections in one process. */
export interface ConnectionCosts {
  /** CPU time to establish one connection. */
  readonly connectMicros: number;
  readonly heapBytes: number;
  /** CPU time while no commands are issued, as a share of one core. */
  readonly idleCpu: number;
  /** CPU time of one command when 50 callers use all connections in turn: the median of several rounds. */
  readonly commandMicros: number;
}

const [kind, url, count] = process.argv.slice(2) as [ClientKind, string, string];
const size = Number(count);
// The first PINGs on idle connections are due after 5 s; the measurement starts later, so that it includes
// their cost.
const settlingMs = 5_500;
const idleMs = 8_000;
// V8 compiles the code of a protected client, which is longer, later than that of ioredis.
const warmUpMs = 1_500;

const first = await connectClient(kind, url);
await load(first, 50, 300);
globalThis.gc?.();
const heapBefore = process.memoryUsage().heapUsed;
const cpuBefore = process.cpuUsage();
const clients: MeasuredClient[] = [];
for (let begun = 0; begun < size; begun += 50) {
  const batch = Array.from({ length: Math.min(50, size - begun) }, () => connectClient(kind, url));
  clients.push(...(await Promise.all(batch)));
}
const connecting = process.cpuUsage(cpuBefore);
globalThis.gc?.();
const heapAfter = process.memoryUsage().heapUsed;
await delay(settlingMs);
const idleBefore = process.cpuUsage();
await delay(idleMs);
const idle = process.cpuUsage(idleBefore);
let turn = 0;
const spread: MeasuredClient = {
  get: (key) => (clients[turn++ % size] as MeasuredClient).get(key),
  set: (key, value) => (clients[turn++ % size] as MeasuredClient).set(key, value),
  close: () => Promise.resolve(),
};
await load(spread, 50, warmUpMs);
const rounds: number[] = [];
while (rounds.length < 5) rounds.push((await load(spread, 50, 600)).cpuMicros);
const costs: ConnectionCosts = {
  connectMicros: (connecting.user + connecting.system) / size,
  heapBytes: (heapAfter - heapBefore) / size,
  idleCpu: (idle.user + idle.system) / 1_000 / idleMs,
  commandMicros: medianOf(rounds),
};
process.send?.(costs, () => process.exit(0));

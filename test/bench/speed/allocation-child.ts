// A separate process that measures how much memory one client allocates for a command. Must run with --expose-gc and a
// young generation that is large enough to avoid garbage collection while it counts.
import { PerformanceObserver } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { connectClient, type ClientKind } from './client-kinds.js';

const [kind, url] = process.argv.slice(2) as [ClientKind, string];
const callers = 50;
const perCaller = 600;
const value = 'x'.repeat(64);
let collections = 0;
new PerformanceObserver((list) => (collections += list.getEntries().length)).observe({ entryTypes: ['gc'] });

const client = await connectClient(kind, url);
await commands(400);
let bytes = Number.NaN;
// A garbage collection during the count makes the result useless, so the count is repeated.
for (let tries = 0; tries < 5 && Number.isNaN(bytes); tries++) {
  globalThis.gc?.();
  await settleObserver();
  collections = 0;
  const before = process.memoryUsage().heapUsed;
  await commands(perCaller);
  const after = process.memoryUsage().heapUsed;
  await settleObserver();
  if (collections === 0) bytes = (after - before) / (callers * perCaller);
}
process.send?.(bytes, () => process.exit(0));

async function commands(count: number): Promise<void> {
  const call = async (): Promise<void> => {
    for (let index = 0; index < count; index++)
      await (index & 1 ? client.get('k1') : client.set('k1', value));
  };
  await Promise.all(Array.from({ length: callers }, call));
}

async function settleObserver(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await nextTurn();
}

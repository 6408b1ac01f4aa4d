// Mixed traffic through seeded, random faults, for as long as asked; then counts what is left.
//
//   node --expose-gc test/soak/soak.mjs [--minutes 20] [--seed 1]
//
// Needs the packages built. Exits 0 when every call settled, no write ran twice or was lost, and nothing leaked.

import { createRequire } from 'node:module';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createRedisResilience } from '@redis-resilience/core';
import { createRandom, startProxy, startRedis, waitFor } from '@redis-resilience/testing';
import { Faults } from './faults.mjs';
import { Traffic } from './traffic.mjs';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '20' }, seed: { type: 'string', default: '1' } },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes > 0) || !Number.isInteger(seed)) {
  process.stderr.write('Usage: node --expose-gc test/soak/soak.mjs [--minutes 20] [--seed 1]\n');
  process.exit(2);
}

setFlagsFromString('--expose-gc');
const collectGarbage = globalThis.gc ?? runInNewContext('gc');
const { version } = createRequire(import.meta.url)('ioredis/package.json');
const unhandled = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});

const listenersBefore = listenerCount();
const server = await startRedis({
  keep: true,
  users: [{ name: 'shop', password: 'first' }],
  config: { appendfsync: 'always', 'busy-reply-threshold': 50 },
});
const proxy = await startProxy({ target: server });
const random = createRandom(seed);
const login = { password: 'first' };
const resilience = createRedisResilience(
  { host: proxy.host, port: proxy.port },
  { connection: { credentials: async () => ({ username: 'shop', password: login.password }) } },
);
const counts = { outages: 0, recoveries: 0, attempts: 0, retries: 0, gaps: 0, thaws: 0 };
resilience.on('outage', () => counts.outages++);
resilience.on('recovered', () => counts.recoveries++);
resilience.on('attempt', () => counts.attempts++);
resilience.on('retry', () => counts.retries++);
resilience.on('gap', () => counts.gaps++);
resilience.on('thaw', () => counts.thaws++);
await resilience.ready({ timeoutMs: 10_000 });

const problems = [];
const check = (isRight, problem) => {
  if (!isRight) problems.push(problem);
};

const traffic = new Traffic(resilience, random);
const faults = new Faults({ server, proxy, login, random });
await traffic.start();
await delay(3_000);
await traffic.stop();
await traffic.settle();
const heapAtStart = await heapMb();
await traffic.start();
const startedAt = performance.now();
const heaps = [];
process.stdout.write(`ioredis ${version}, Node ${process.versions.node}, seed ${seed}, ${minutes} minutes\n`);

let nextReportAt = startedAt + 60_000;
while (performance.now() - startedAt < minutes * 60_000) {
  const name = await faults.next(traffic);
  traffic.noteFault(name);
  await delay(100 + random() * 900);
  if (performance.now() < nextReportAt) continue;
  nextReportAt += 60_000;
  await takeStock();
  heaps.push(await heapMb());
  await traffic.start();
  const { issued, failed } = traffic.totals();
  process.stdout.write(
    `${Math.round((performance.now() - startedAt) / 60_000)} min: ${issued} calls, ${failed} failed, ` +
      `${counts.outages} outages, heap ${heaps.at(-1).toFixed(1)} MB\n`,
  );
}

await takeStock();
const heapAtEnd = await heapMb();
const detail = resilience.detail();
check(detail.waiting === 0 && detail.inFlight === 0, `something is still pending: ${JSON.stringify(detail)}`);
check(
  detail.connections === traffic.connections,
  `${detail.connections} connections are known, ${traffic.connections} are used`,
);
const history = resilience.history();
for (const kind of ['status', 'command'])
  check(
    history.filter((entry) => entry.kind === kind).length <= 100,
    `history() holds too many entries of ${kind}`,
  );
// In the first minute code is compiled, and rings are filled.
const heapWarm = heaps[0] ?? heapAtStart;
check(heapAtEnd < heapWarm + 2, `the heap grew from ${heapWarm.toFixed(1)} to ${heapAtEnd.toFixed(1)} MB`);
await waitFor(() => proxy.connections === traffic.connections, { timeoutMs: 5_000 }).catch(() => {
  problems.push(`${proxy.connections} sockets are open for ${traffic.connections} connections`);
});

await traffic.close();
await resilience.close();
await waitFor(() => proxy.connections === 0, { timeoutMs: 5_000 }).catch(() => {
  problems.push(`${proxy.connections} sockets are open after close()`);
});
await proxy.close();
await server.stop();
await delay(50);
const left = process.getActiveResourcesInfo().filter((kind) => /Timeout|TCP|Immediate/.test(kind));
check(left.length === 0, `left in the process: ${left.join()}`);
check(
  listenerCount() === listenersBefore,
  `${listenerCount() - listenersBefore} listeners of the process are left`,
);
check(
  unhandled.length === 0,
  `nobody handled: ${unhandled.slice(0, 3).map(String).join('; ')} (${unhandled.length})`,
);

const { issued, failed } = traffic.totals();
process.stdout.write(
  [
    '',
    `faults:   ${faults.summary()}`,
    `calls:    ${issued} issued, ${failed} failed, by kind: ${traffic.summary()}`,
    `failures: ${traffic.failureSummary() || 'none'}`,
    `events:   ${Object.entries(counts)
      .map(([name, count]) => `${count} ${name}`)
      .join(', ')}`,
    `heap:     ${[heapAtStart, ...heaps, heapAtEnd].map((mb) => mb.toFixed(1)).join(' -> ')} MB`,
    problems.length === 0 ? 'result:   passed' : `result:   FAILED\n  ${problems.join('\n  ')}`,
    '',
  ].join('\n'),
);
process.exitCode = problems.length === 0 ? 0 : 1;

/** Mends everything, waits until all is settled, compares the data with the book, and throws the book away. */
async function takeStock() {
  await faults.end();
  await traffic.stop();
  try {
    await waitFor(() => resilience.snapshot().status === 'up', { timeoutMs: 15_000 });
  } catch {
    problems.push(`not up 15 s after the last fault: ${JSON.stringify(resilience.snapshot())}`);
  }
  await traffic.settle().catch((error) => problems.push(error.message));
  problems.push(...(await traffic.audit(server)));
  traffic.forget();
}

async function heapMb() {
  for (let round = 0; round < 3; round++) {
    collectGarbage();
    await delay(20);
  }
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

function listenerCount() {
  return process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
}

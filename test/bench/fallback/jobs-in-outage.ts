/*
 * Measures a BullMQ queue and its worker under load while Redis is killed for 10 s: how many jobs were added and
 * processed, and when processing continued.
 *
 *   npx tsc -b test/bench && node test/bench/dist/fallback/jobs-in-outage.js
 */
import { setTimeout as delay } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';
import { createRedisResilience } from '@redis-resilience/core';
import { createJobAdder, queueConnection, warmUp, workerConnection } from '@redis-resilience/fallback/queues';
import { startRedis, waitFor } from '@redis-resilience/testing';

const server = await startRedis({ appendonly: true, config: { 'maxmemory-policy': 'noeviction' } });
const resilience = createRedisResilience(server.url);
const queue = new Queue('jobs', queueConnection(resilience));
const done = new Map<number, number>();
const worker = new Worker<{ i: number }>(
  'jobs',
  async ({ data }) => {
    await delay(20);
    done.set(data.i, (done.get(data.i) ?? 0) + 1);
  },
  { ...workerConnection(resilience), concurrency: 8, lockDuration: 2000, stalledInterval: 2000 },
);
queue.on('error', () => undefined);
worker.on('error', () => undefined);
await warmUp([queue, worker]);
const jobs = createJobAdder(queue, resilience, { whenAway: 'keep' });

let added = 0;
let failed = 0;
let slowestMs = 0;
const load = setInterval(() => {
  const i = added++;
  const startedAt = performance.now();
  jobs
    .add('work', { i })
    .catch(() => failed++)
    .finally(() => (slowestMs = Math.max(slowestMs, performance.now() - startedAt)));
}, 5);
await delay(2000);
await server.restart({ afterMs: 10_000 });
const backAt = performance.now();
const before = done.size;
await waitFor(() => done.size > before, { timeoutMs: 30_000 });
const wentOnAfterMs = performance.now() - backAt;
await delay(2000);
clearInterval(load);
await jobs.outbox.drain();
await waitFor(() => done.size === added, { timeoutMs: 30_000 }).catch(() => undefined);
const twice = [...done.values()].filter((times) => times > 1).length;
console.table({
  added,
  failed,
  done: done.size,
  lost: added - done.size,
  twice,
  wentOnAfterMs,
  slowestAddMs: slowestMs,
});
await worker.close(true);
await queue.close();
await jobs.close();
await resilience.close({ drainMs: 0 });
await server.stop();

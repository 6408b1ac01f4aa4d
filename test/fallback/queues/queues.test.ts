import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';
import type { RedisResilience } from '@redis-resilience/core';
import { createJobAdder, queueConnection, warmUp, workerConnection } from '@redis-resilience/fallback/queues';
import { startRedis, waitFor } from '@redis-resilience/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { slackMs } from '../../slack.ts';
import { bringBack, connect, stage, takeDown, timed } from '../stage.ts';

const persistent = { appendonly: true, config: { 'maxmemory-policy': 'noeviction' } };

function queueOn(resilience: RedisResilience): Queue {
  const queue = new Queue('jobs', queueConnection(resilience));
  queue.on('error', () => undefined);
  onTestFinished(() => queue.close());
  return queue;
}

function workerOn(resilience: RedisResilience, work: (i: number) => Promise<void>, concurrency = 4): Worker {
  const worker = new Worker<{ i: number }>('jobs', ({ data }) => work(data.i), {
    ...workerConnection(resilience),
    concurrency,
    stalledInterval: 2000,
    lockDuration: 2000,
  });
  worker.on('error', () => undefined);
  onTestFinished(() => worker.close(true));
  return worker;
}

/** The number of times that each job was processed. */
function tally() {
  const done = new Map<number, number>();
  return { done, count: (i: number) => void done.set(i, (done.get(i) ?? 0) + 1) };
}

describe('adding a job', () => {
  it.each(['killed', 'frozen'] as const)('fails by its deadline while Redis is %s', async (how) => {
    const here = await stage();
    const jobs = createJobAdder(queueOn(here.resilience), here.resilience);
    onTestFinished(() => jobs.close());
    await expect(jobs.add('work', { i: 1 })).resolves.toMatchObject({ state: 'applied' });
    if (how === 'killed') await here.server.kill();
    else await here.server.freeze();
    const { ms, error } = await timed(() => jobs.add('work', { i: 2 }));
    expect(error).toMatchObject({
      code: expect.stringMatching(/REDIS_UNAVAILABLE|COMMAND_TIMEOUT|OUTCOME_UNKNOWN/) as string,
    });
    expect(ms).toBeLessThan(200 + slackMs);
  });

  it('fails by its deadline when the process started without Redis, and works once it is there', async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    await server.kill();
    const resilience = connect(server.url);
    const queue = queueOn(resilience);
    const jobs = createJobAdder(queue, resilience);
    onTestFinished(() => jobs.close());
    const { ms, error } = await timed(() => jobs.add('work', { i: 1 }));
    expect(error).toMatchObject({ code: 'COMMAND_TIMEOUT' });
    expect(ms).toBeLessThan(200 + slackMs);
    const unwritable = jobs.add('work', 1n);
    await expect(unwritable).rejects.toThrow(TypeError);
    const { done, count } = tally();
    workerOn(resilience, async (i) => count(i));
    await server.start();
    await resilience.ready({ timeoutMs: 5000 });
    await jobs.add('work', { i: 2 });
    await waitFor(() => done.has(2));
  });

  it('keeps jobs by choice, also over a restart of the process, and adds each once', async () => {
    const here = await stage(persistent);
    const path = mkdtempSync(join(tmpdir(), 'jobs-'));
    onTestFinished(() => rmSync(path, { recursive: true, force: true }));
    const queue = queueOn(here.resilience);
    await takeDown(here);
    const first = createJobAdder(queue, here.resilience, { whenAway: 'keep', path });
    for (let i = 0; i < 20; i++)
      await expect(first.add('work', { i })).resolves.toMatchObject({ state: 'kept' });
    await first.add('work', { i: 99 }, { jobId: 'mine' });
    await first.add('work', { i: 99 }, { jobId: 'mine' });
    expect(first.outbox.size).toBe(21);
    await first.close();
    const second = createJobAdder(queue, here.resilience, { whenAway: 'keep', path });
    onTestFinished(() => second.close());
    await bringBack(here);
    await second.outbox.drain({ timeoutMs: 5000 });
    await expect(queue.getWaitingCount()).resolves.toBe(21);
  });
});

describe('a worker', () => {
  it('is warm before the first job', async () => {
    const { resilience } = await stage();
    await warmUp([queueOn(resilience), workerOn(resilience, async () => undefined)]);
    // The worker waits for jobs on a separate connection.
    expect(resilience.detail()).toMatchObject({ connections: 2, readyConnections: 2 });
  });

  it('lets the process live while Redis is away and jobs are left to fetch', async () => {
    const here = await stage();
    const queue = queueOn(here.resilience);
    for (let i = 0; i < 50; i++) await queue.add('work', { i });
    const { done, count } = tally();
    workerOn(here.resilience, async (i) => {
      await delay(20);
      count(i);
    });
    await waitFor(() => done.size > 4);
    await takeDown(here);
    let turns = 0;
    const ticking = setInterval(() => turns++, 5);
    onTestFinished(() => clearInterval(ticking));
    await waitFor(() => turns > 50, { timeoutMs: 5000, message: 'the event loop to turn' });
  });

  it(
    'goes on by itself after Redis was killed under load; every job is done, none is lost',
    { timeout: 40_000 },
    async () => {
      const here = await stage(persistent);
      const jobs = createJobAdder(queueOn(here.resilience), here.resilience, { whenAway: 'keep' });
      onTestFinished(() => jobs.close());
      const { done, count } = tally();
      workerOn(here.resilience, async (i) => {
        await delay(10);
        count(i);
      });
      let added = 0;
      const add = async (): Promise<void> => {
        const i = added++;
        await jobs.add('work', { i });
      };
      const load = setInterval(() => void add(), 10);
      onTestFinished(() => clearInterval(load));
      await waitFor(() => done.size > 50);
      await here.server.restart({ afterMs: 3000 }); // 10 s: bench/fallback/jobs-in-outage.ts
      await here.resilience.ready({ timeoutMs: 5000 });
      const before = done.size;
      await waitFor(() => done.size > before, { timeoutMs: 1500, message: 'the worker to go on' });
      clearInterval(load);
      await waitFor(() => done.size === added, { timeoutMs: 15_000, message: 'every job' });
      expect(added).toBeGreaterThan(200);
      expect(jobs.outbox.deadLetters()).toEqual([]);
    },
  );
});

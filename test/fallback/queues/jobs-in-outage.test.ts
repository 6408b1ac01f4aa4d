import Bull from 'bull';
import { Queue, Worker, type Job } from 'bullmq';
import { Queue as Queue5, Worker as Worker5 } from 'bullmq-5';
import type { RedisResilience } from '@redis-resilience/core';
import {
  bullClients,
  nestBullConnection,
  queueConnection,
  workerConnection,
} from '@redis-resilience/fallback/queues';
import { waitFor } from '@redis-resilience/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pass } from '../../integration/stage/call-loop.ts';
import { bringBack, stage, takeDown } from '../stage.ts';

const noeviction = { appendonly: true, config: { 'maxmemory-policy': 'noeviction' } };

/** What a processor calls on its job; the methods of a job of Bull have other names. */
type Work = (job: Job) => Promise<unknown>;
/** Starts a queue and its processor, and returns a function that adds a job, which may run only once. */
type Start = (
  resilience: RedisResilience,
  work: Work,
  ended: (how: string) => void,
) => () => Promise<unknown>;

const bullmq =
  (Classes: { Queue: typeof Queue; Worker: typeof Worker }, isShared = false): Start =>
  (resilience, work, ended) => {
    const shared = nestBullConnection(resilience);
    const queue = new Classes.Queue('work', isShared ? shared : queueConnection(resilience));
    const worker = new Classes.Worker('work', work, isShared ? shared : workerConnection(resilience));
    queue.on('error', () => undefined);
    worker.on('error', () => undefined);
    worker.on('completed', () => ended('completed'));
    worker.on('failed', (_job, error) => ended(error.message));
    onTestFinished(async () => {
      await worker.close(true);
      await queue.close();
    });
    return () => queue.add('job', { steps: 0 });
  };

const bull4: Start = (resilience, work, ended) => {
  const queue = new Bull('work', bullClients(resilience));
  queue.on('error', () => undefined);
  queue.on('completed', () => ended('completed'));
  queue.on('failed', (_job, error) => ended(error.message));
  const named = (job: Bull.Job): Job =>
    ({
      updateProgress: (value: number) => job.progress(value),
      log: (row: string) => job.log(row),
      updateData: (data: unknown) => job.update(data),
    }) as unknown as Job;
  queue.process((job: Bull.Job) => work(named(job))).catch(() => undefined);
  onTestFinished(() => queue.close(true));
  return () => queue.add({});
};

const kinds: [string, Start][] = [
  ['BullMQ 6', bullmq({ Queue, Worker })],
  ['BullMQ 5', bullmq({ Queue: Queue5, Worker: Worker5 } as never)],
  ['@nestjs/bullmq', bullmq({ Queue, Worker }, true)],
  ['Bull 4', bull4],
];

/** Starts a job, and calls `inOutage` in its processor while Redis is unavailable for a second. */
async function jobInOutage(
  start: Start,
  inOutage: Work,
  how: 'killed' | 'frozen' = 'killed',
): Promise<{ ends: string[]; runs: number }> {
  const here = await stage(noeviction, { timeoutMs: 400 });
  let isDown = false;
  let runs = 0;
  let calls = 0;
  const ends: string[] = [];
  const add = start(
    here.resilience,
    async (job) => {
      runs++;
      await waitFor(() => isDown, { timeoutMs: 10_000 });
      calls++;
      await inOutage(job);
    },
    (how) => ends.push(how),
  );
  await add();
  await waitFor(() => runs === 1, { timeoutMs: 5000 });
  if (how === 'killed') await takeDown(here);
  else await here.server.freeze();
  isDown = true;
  await waitFor(() => calls === 1);
  await pass(1000);
  expect(ends).toEqual([]);
  if (how === 'killed') await bringBack(here);
  else here.server.thaw();
  await waitFor(() => ends.length > 0, { timeoutMs: 5000, message: 'the end of the job' });
  return { ends, runs };
}

describe('a job that runs while Redis is unavailable', () => {
  it.each(kinds)(
    'reports its progress, logs and changes its data when Redis is back: %s',
    async (_, start) => {
      const played = await jobInOutage(start, async (job) => {
        await job.updateProgress(50);
        await job.log('half');
        await job.updateData({ steps: 1 });
      });
      expect(played).toEqual({ ends: ['completed'], runs: 1 });
    },
  );

  it.each(kinds)('has failed when Redis is back, and is not run again: %s', async (_, start) => {
    const played = await jobInOutage(start, () => Promise.reject(new Error('on purpose')));
    expect(played).toEqual({ ends: ['on purpose'], runs: 1 });
  });

  it.each(kinds)('fails once if Redis was frozen meanwhile: %s', async (_, start) => {
    const played = await jobInOutage(start, () => Promise.reject(new Error('on purpose')), 'frozen');
    expect(played).toEqual({ ends: ['on purpose'], runs: 1 });
  });

  it.each(kinds.slice(0, 3))('reads the results of its children when Redis is back: %s', async (_, start) => {
    const read: unknown[] = [];
    const played = await jobInOutage(start, async (job) => {
      read.push(await job.getChildrenValues(), await job.getDependencies());
    });
    expect(played.ends).toEqual(['completed']);
    expect(read).toEqual([{}, { processed: {}, unprocessed: [], ignored: {}, failed: [] }]);
  });
});

import 'reflect-metadata';
import { setTimeout as delay } from 'node:timers/promises';
import { BullModule, Processor, WorkerHost } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import Bull from 'bull';
import { FlowProducer, Queue, QueueEvents, Worker, type Job } from 'bullmq';
import { Queue as Queue5, Worker as Worker5 } from 'bullmq-5';
import type { RedisResilience } from '@redis-resilience/core';
import {
  bullClients,
  createFlowAdder,
  jobResult,
  nestBullConnection,
  queueConnection,
  workerConnection,
} from '@redis-resilience/fallback/queues';
import { freePort, startProxy, waitFor } from '@redis-resilience/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { slackMs } from '../../slack.ts';
import { became, bringBack, connect, stage, takeDown, timed } from '../stage.ts';

const noeviction = { appendonly: true, config: { 'maxmemory-policy': 'noeviction' } };

/** A BullMQ queue, and its worker. */
interface Kit {
  add(): Promise<unknown>;
  close(): Promise<unknown>;
}
type Done = () => void;
type Kind = (resilience: RedisResilience, done: Done) => Kit | Promise<Kit>;

function silent<T extends { on(event: 'error', listener: () => void): unknown }>(part: T): T {
  part.on('error', () => undefined);
  return part;
}

const bullmq6: Kind = (resilience, done) => {
  const queue = silent(new Queue('work', queueConnection(resilience)));
  const worker = silent(new Worker('work', async () => done(), workerConnection(resilience)));
  const events = silent(new QueueEvents('work', workerConnection(resilience)));
  return {
    add: () => queue.add('job', {}, { delay: 100 }),
    close: async () => {
      await worker.close();
      await events.close();
      await queue.close();
    },
  };
};

// BullMQ 5 depends on its own copy of ioredis 5.
const bullmq5: Kind = (resilience, done) => {
  const queue = silent(new Queue5('work', queueConnection(resilience)));
  const worker = silent(new Worker5('work', async () => done(), workerConnection(resilience)));
  return {
    add: () => queue.add('job', {}, { delay: 100 }),
    close: async () => {
      await worker.close();
      await queue.close();
    },
  };
};

const bull4: Kind = (resilience, done) => {
  const queue = silent(new Bull('work', bullClients(resilience)));
  queue.process(() => Promise.resolve(done())).catch(() => undefined);
  return { add: () => queue.add({}), close: () => queue.close() };
};

const nest: Kind = async (resilience, done) => {
  class Work extends WorkerHost {
    override async process(_job: Job): Promise<void> {
      done();
    }
  }
  Processor('work')(Work);
  class App {}
  Module({
    imports: [
      BullModule.forRootAsync({ useFactory: () => nestBullConnection(resilience) }),
      BullModule.registerQueue({ name: 'work' }),
    ],
    providers: [Work],
  })(App);
  const app = await NestFactory.createApplicationContext(App, { logger: false });
  const queue = silent(app.get<Queue>('BullQueue_work'));
  silent(app.get(Work).worker);
  return { add: () => queue.add('job', {}), close: () => app.close() };
};

const kinds: [string, Kind][] = [
  ['BullMQ 6, delayed jobs', bullmq6],
  ['BullMQ 5, delayed jobs', bullmq5],
  ['Bull 4', bull4],
  ['@nestjs/bullmq', nest],
];

describe('a queue and its worker', () => {
  it.each(kinds)(
    'go on at once after an outage, fail fast in it, and close in it: %s',
    async (_name, start) => {
      const here = await stage(noeviction);
      let done = 0;
      const kit = await start(here.resilience, () => done++);
      await kit.add();
      await waitFor(() => done === 1);
      await takeDown(here);
      await delay(600);
      const adding = await timed(kit.add);
      expect(adding.error).toBeDefined();
      expect(adding.ms).toBeLessThan(1000 + slackMs);
      await bringBack(here);
      await kit.add();
      await waitFor(() => done >= 2, { timeoutMs: 1500, message: 'the job' });
      await takeDown(here);
      const closing = await timed(kit.close);
      expect(closing.error).toBeUndefined();
      expect(closing.ms).toBeLessThan(1000 + slackMs);
    },
  );
});

it('a worker whose user may not ask INFO fails, instead of asking for ever', async () => {
  const { server } = await stage({
    ...noeviction,
    users: [{ name: 'worker', password: 'word', rules: '~* &* +@all -info' }],
  });
  const resilience = connect(server.url.replace('//', '//worker:word@'));
  const worker = new Worker('work', async () => undefined, workerConnection(resilience));
  onTestFinished(() => worker.close(true));
  await expect(new Promise((_resolve, reject) => worker.on('error', reject))).rejects.toThrow('NOPERM');
});

it('the result of a job is waited for through an outage', async () => {
  const here = await stage(noeviction);
  const queue = silent(new Queue('work', queueConnection(here.resilience)));
  const events = silent(new QueueEvents('work', workerConnection(here.resilience)));
  const worker = silent(
    new Worker(
      'work',
      async ({ data }: Job<{ reason?: string }>) => {
        if (data.reason !== undefined) throw new Error(data.reason);
        await delay(300);
        return 'resized';
      },
      workerConnection(here.resilience),
    ),
  );
  onTestFinished(async () => {
    for (const part of [worker, events, queue]) await part.close();
  });
  const { id = '' } = await queue.add('job', {});
  const result = jobResult(queue, events, id);
  await delay(100);
  await takeDown(here);
  await delay(300);
  await bringBack(here);
  expect(await result).toBe('resized');
  expect(await jobResult(queue, events, id)).toBe('resized');
  const failing = await queue.add('job', { reason: 'no such image' });
  await expect(jobResult(queue, events, failing.id ?? '')).rejects.toThrow('no such image');
  await expect(jobResult(queue, events, 'unknown')).rejects.toThrow('not in the queue');
});

it('QueueEvents that have seen no event yet miss none that came before they were connected again', async () => {
  const { server } = await stage(noeviction);
  const proxy = await startProxy({ target: server });
  onTestFinished(() => proxy.close());
  const resilience = connect(`redis://127.0.0.1:${proxy.port}`);
  await resilience.ready({ timeoutMs: 5000 });
  const seen: string[] = [];
  const events = silent(new QueueEvents('work', workerConnection(resilience)));
  events.on('waiting', ({ jobId }) => void seen.push(jobId));
  const queue = silent(new Queue('work', { connection: { host: server.host, port: server.port } }));
  onTestFinished(async () => {
    await events.close();
    await queue.close();
  });
  await waitFor(async () => String(await server.command('CLIENT', 'LIST')).includes('cmd=xread'));
  proxy.retarget({ host: '127.0.0.1', port: await freePort() });
  proxy.reset();
  await became(resilience, 'down');
  await queue.add('job', {}, { jobId: 'j1' });
  proxy.retarget(server);
  await waitFor(() => seen.length > 0, { message: 'the event' });
  expect(seen).toEqual(['j1']);
});

it('flows that were added while Redis was away are done once, child before parent', async () => {
  const here = await stage(noeviction);
  const producer = silent(new FlowProducer(queueConnection(here.resilience)));
  const flows = createFlowAdder(producer, here.resilience, { whenAway: 'keep' });
  const done: string[] = [];
  const workers = ['photos', 'albums'].map((name) =>
    silent(new Worker(name, async () => void done.push(name), workerConnection(here.resilience))),
  );
  onTestFinished(async () => {
    for (const part of [flows, ...workers, producer]) await part.close();
  });
  await takeDown(here);
  const album = { name: 'album', queueName: 'albums', children: [{ name: 'photo', queueName: 'photos' }] };
  await expect(flows.add({ ...album, opts: { jobId: 'mine' } })).resolves.toMatchObject({ state: 'kept' });
  await flows.add({ ...album, opts: { jobId: 'mine' } });
  await bringBack(here);
  await waitFor(() => done.length === 2);
  await delay(100);
  expect(done).toEqual(['photos', 'albums']);
});

import Bull from 'bull';
import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { RedisResilience } from '@redis-resilience/core';
import { bullClients, queueConnection, workerConnection } from '@redis-resilience/fallback/queues';
import { waitFor } from '@redis-resilience/testing';
import { expect, it, onTestFinished } from 'vitest';
import { stage } from '../stage.ts';

interface Told {
  readonly resilience: RedisResilience;
  readonly server: Awaited<ReturnType<typeof stage>>['server'];
  readonly lines: string[];
  readonly libraries: unknown[];
}

async function told(): Promise<Told> {
  const lines: string[] = [];
  const logger = { info: () => undefined, warn: (line: string) => lines.push(line), error: () => undefined };
  const config = { 'maxmemory-policy': 'noeviction' };
  const { resilience, server } = await stage({ config }, { name: 'shop', logger, timeoutMs: 300 });
  const libraries: unknown[] = [];
  resilience.on('unaided-library', ({ library }) => libraries.push(library));
  return { resilience, server, lines, libraries };
}

async function workOff(
  queue: { add(name: string, data: object): Promise<unknown> },
  work: Promise<void>,
): Promise<void> {
  await queue.add('job', {});
  await work;
}

it('a BullMQ worker on the client as it is, is told once, with the line to write', async () => {
  const { resilience, lines, libraries } = await told();
  for (const name of ['mails', 'films']) {
    const worker = new Worker(name, async () => undefined, { connection: resilience.client });
    worker.on('error', () => undefined);
    onTestFinished(() => worker.close(true));
    await worker.waitUntilReady();
    await workOff(queueOf(name, resilience), new Promise((resolve) => worker.once('drained', resolve)));
  }
  await waitFor(() => libraries.length > 0);
  expect(lines).toEqual([
    'Redis connection shop: A BullMQ worker uses the client as it is: a job that it finishes while Redis is ' +
      'unavailable is run again. Write new Worker(name, work, workerConnection(resilience)).',
  ]);
  expect(libraries).toEqual(['bullmq']);
});

it('a Bull queue on the client as it is, is told once', async () => {
  const { resilience, lines, libraries } = await told();
  const { client } = resilience;
  const queue = new Bull('mails', {
    createClient: (type) => (type === 'client' ? client : (client as Redis).duplicate()) as never,
  });
  queue.on('error', () => undefined);
  onTestFinished(() => queue.close(true));
  queue.process(() => Promise.resolve()).catch(() => undefined);
  await waitFor(() => libraries.length > 0);
  expect(lines).toEqual([
    'Redis connection shop: A Bull queue uses the client as it is: a job that it finishes while Redis is ' +
      'unavailable is run again. Write new Bull(name, bullClients(resilience)).',
  ]);
  expect(libraries).toEqual(['bull']);
});

it('nothing is told of workers that have their helper', async () => {
  const { resilience, lines, libraries } = await told();
  const worker = new Worker('mails', async () => undefined, workerConnection(resilience));
  worker.on('error', () => undefined);
  onTestFinished(() => worker.close(true));
  await workOff(queueOf('mails', resilience), new Promise((resolve) => worker.once('drained', resolve)));
  const queue = new Bull('films', bullClients(resilience));
  queue.on('error', () => undefined);
  onTestFinished(() => queue.close(true));
  queue.process(() => Promise.resolve()).catch(() => undefined);
  await queue.add({});
  await new Promise<void>((resolve) => queue.once('drained', resolve));
  expect([lines, libraries]).toEqual([[], []]);
});

function queueOf(name: string, resilience: RedisResilience): Queue {
  const queue = new Queue(name, queueConnection(resilience));
  queue.on('error', () => undefined);
  onTestFinished(() => queue.close());
  return queue;
}

import { setTimeout as delay } from 'node:timers/promises';
import { FlowProducer, Queue, QueueEvents, Worker, type ConnectionOptions } from 'bullmq';
import { Queue as Queue5, Worker as Worker5 } from 'bullmq-5';
import {
  createFlowAdder,
  type FlowAdder,
  jobResult,
  queueConnection,
  workerConnection,
} from '@redis-resilience/fallback/queues';
import type { Running, Stage, Subject } from '../subject.js';

interface Connections {
  readonly queue: { connection: ConnectionOptions };
  readonly worker: { connection: ConnectionOptions };
}

function connectionsOf({ way, client, resilience, host, port, plainClient }: Stage): Connections {
  if (way === 'helper') return { queue: queueConnection(resilience), worker: workerConnection(resilience) };
  if (way === 'as-is') return { queue: { connection: client }, worker: { connection: client } };
  return {
    queue: { connection: { host, port } },
    worker: { connection: plainClient({ maxRetriesPerRequest: null }) },
  };
}

interface Part {
  on(event: 'error', listener: () => void): unknown;
  close(): Promise<unknown>;
}

/** Returns a function that closes the parts in this order. */
function closing(...parts: Part[]): () => Promise<void> {
  for (const part of parts) part.on('error', () => undefined);
  return async () => {
    for (const part of parts) await part.close();
  };
}

const workerOptions = { stalledInterval: 2000, lockDuration: 2000, concurrency: 4 };

/** Adds jobs, and processes them. */
export const work: Subject = (stage) => {
  const { queue: forQueue, worker: forWorker } = connectionsOf(stage);
  const queue = new Queue<{ i: number }>('work', forQueue);
  const worker = new Worker<{ i: number }>('work', async ({ data }) => stage.done(data.i), {
    ...forWorker,
    ...workerOptions,
  });
  return {
    call: async (i) => {
      await queue.add('job', { i }, { jobId: `j${i}` });
      return 'accepted';
    },
    close: closing(worker, queue),
  };
};

/** Adds jobs with a delay of 300 ms, and processes them. */
export const delayed: Subject = (stage) => {
  const { queue: forQueue, worker: forWorker } = connectionsOf(stage);
  const queue = new Queue<{ i: number }>('delayed', forQueue);
  const worker = new Worker<{ i: number }>('delayed', async ({ data }) => stage.done(data.i), {
    ...forWorker,
    ...workerOptions,
  });
  return {
    everyMs: 300,
    call: async (i) => {
      await queue.add('job', { i }, { jobId: `j${i}`, delay: 300 });
      return 'accepted';
    },
    close: closing(worker, queue),
  };
};

/** A job scheduler that adds a job every 500 ms, and a worker. */
export const schedulers: Subject = async (stage) => {
  const { queue: forQueue, worker: forWorker } = connectionsOf(stage);
  const queue = new Queue('scheduled', forQueue);
  let latest = 0;
  const worker = new Worker('scheduled', async () => stage.done(latest), { ...forWorker, ...workerOptions });
  const close = closing(worker, queue);
  // If the process starts while Redis is down, a queue that fails fast rejects this call, so the call is repeated.
  for (let isMade = false; !isMade;) {
    isMade = await queue.upsertJobScheduler('tick', { every: 500 }).then(
      () => true,
      () => delay(100, false),
    );
  }
  return {
    everyMs: 100,
    call: (i) => {
      latest = i;
      return Promise.resolve('fallback');
    },
    close,
  };
};

/** The events of a queue to which a plain client adds jobs. */
export const events: Subject = (stage) => {
  const { queue: forQueue, worker } = connectionsOf(stage);
  const queue = new Queue('events', forQueue);
  const listener = new QueueEvents('events', worker);
  // The listener misses the jobs that were added before it began to listen.
  let isListening = false;
  listener.on('waiting', ({ jobId }) => {
    isListening = true;
    stage.done(Number(jobId.slice(1)));
  });
  return {
    call: async (i) => {
      const isHeard = isListening;
      await queue.add('job', {}, { jobId: `j${i}` });
      return isHeard ? 'accepted' : 'fallback';
    },
    close: closing(listener, queue),
  };
};

/** Jobs that depend on a child job. */
export const flows: Subject = (stage) => {
  const { queue, worker } = connectionsOf(stage);
  const flow = new FlowProducer(queue);
  const adder = stage.way === 'helper' ? createFlowAdder(flow, stage.resilience, { whenAway: 'keep' }) : flow;
  const children = new Worker('children', async () => 1, { ...worker, ...workerOptions });
  const parents = new Worker<{ i: number }>('parents', async ({ data }) => stage.done(data.i), {
    ...worker,
    ...workerOptions,
  });
  const closeBull = closing(parents, children, flow);
  return {
    everyMs: 100,
    call: async (i) => {
      await adder.add({
        name: 'parent',
        queueName: 'parents',
        data: { i },
        opts: { jobId: `p${i}` },
        children: [{ name: 'child', queueName: 'children', data: {}, opts: { jobId: `c${i}` } }],
      });
      return 'accepted';
    },
    close: async () => {
      if (adder !== flow) await (adder as FlowAdder).close();
      await closeBull();
    },
  };
};

/** Calls that wait for the result of a job. */
export const finished: Subject = (stage) => {
  const { queue: forQueue, worker: forWorker } = connectionsOf(stage);
  const queue = new Queue('finished', forQueue);
  const listener = new QueueEvents('finished', forWorker);
  const worker = new Worker('finished', async () => 1, { ...forWorker, ...workerOptions });
  return {
    everyMs: 100,
    call: async (i) => {
      const job = await queue.add('job', { i }, { jobId: `j${i}` });
      if (stage.way === 'helper') await jobResult(queue, listener, `j${i}`, { timeoutMs: 1500 });
      else await job.waitUntilFinished(listener, 1500);
      return 'done';
    },
    close: closing(worker, listener, queue),
  };
};

/** BullMQ 5: adds jobs, and processes them. */
export const work5: Subject = (stage): Running => {
  const { queue: forQueue, worker: forWorker } = connectionsOf(stage) as never as {
    queue: never;
    worker: { connection: never };
  };
  const queue = new Queue5<{ i: number }>('work', forQueue);
  const worker = new Worker5<{ i: number }>('work', async ({ data }) => stage.done(data.i), {
    ...forWorker,
    ...workerOptions,
  });
  return {
    call: async (i) => {
      await queue.add('job', { i }, { jobId: `j${i}` });
      return 'accepted';
    },
    close: closing(worker, queue),
  };
};

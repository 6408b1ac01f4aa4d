import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Outcome } from './simulate.js';
import type { Job } from './worker.js';

/** Runs all jobs, the longest first, on one worker thread for each CPU core. The results have the order of the jobs. */
export async function runJobs(jobs: readonly Job[], onDone: (done: number) => void): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const queue = [...jobs.entries()].toSorted(([, a], [, b]) => weight(b) - weight(a));
  let done = 0;
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('./worker.js', import.meta.url), {
      resourceLimits: { maxYoungGenerationSizeMb: 192, maxOldGenerationSizeMb: 2_048 },
    });
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, job] = next;
      outcomes[index] = await ask(worker, job);
      onDone(++done);
    }
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, work));
  return outcomes;
}

function ask(worker: Worker, job: Job): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (outcome: Outcome) => {
      worker.removeListener('error', reject);
      resolve(outcome);
    });
    worker.postMessage(job, []);
  });
}

function weight({ strategy, scenario }: Job): number {
  const size = scenario.processes * scenario.connectionsPerProcess;
  return (scenario.outageMs + 10_000) * size * (strategy.includes('redis') ? 1 : 5);
}

import type { RedisResilience } from '@redis-resilience/core';
import { checkArgument, objectWith, resilienceOf } from '@redis-resilience/core/kit';
import type { Receipt } from '../outbox/outbox.ts';
import { createKeptAdder, type JobAdderOptions, type KeptJobs } from './kept-adder.ts';

/** The part of a BullMQ `Queue` that a {@link JobAdder} uses. */
export interface JobQueue {
  readonly name: string;
  add(name: string, data: unknown, options?: object): Promise<unknown>;
}

/** Adds jobs to a BullMQ queue. Each call ends within a limited time. */
export interface JobAdder {
  /**
   * Adds a job with BullMQ's `options`, under the `jobId` in these options or a new id. While a job is in the queue,
   * adding another job with the same id has no effect. The result is a receipt. If the receipt's `state` is `applied`,
   * its `reply` is BullMQ's job.
   *
   * @throws {@link OverloadedError} when too many jobs are pending; an error of `@redis-resilience/core` while Redis is
   * unavailable and `whenAway` is `fail`
   */
  add(name: string, data: unknown, options?: object): Promise<Receipt>;
  /** The pending jobs: their number, events and dead letters. */
  readonly outbox: KeptJobs;
  /**
   * Stops adding pending jobs. With the option `path`, the next run of the process adds the jobs that are still
   * pending; without `path`, these jobs are dropped. `close()` does not close the BullMQ queue.
   */
  close(): Promise<void>;
}

/**
 * Adds jobs to a BullMQ queue. While Redis is unavailable, `add` either fails fast or keeps the job for later, on disk
 * if `path` is set.
 *
 * @throws {@link ConfigurationError} when an option is unknown or invalid
 * @example
 * const jobs = createJobAdder(queue, resilience, { whenAway: 'keep', path: './jobs' });
 * await jobs.add('welcome', { userId });
 */
export function createJobAdder(
  queue: JobQueue,
  resilience: RedisResilience,
  options: JobAdderOptions = {},
): JobAdder {
  checkArgument('createJobAdder.queue', queue, objectWith('add'));
  checkArgument('createJobAdder.resilience', resilience, resilienceOf);
  const { outbox, add, close } = createKeptAdder(
    'createJobAdder',
    'job',
    resilience,
    options,
    (texts, jobId) => {
      const [name = '', data = 'null', jobOptions = '{}'] = texts;
      return queue.add(name, JSON.parse(data), { ...(JSON.parse(jobOptions) as object), jobId });
    },
  );
  return {
    outbox,
    async add(name, data, jobOptions = {}) {
      const { jobId, ...others } = jobOptions as Readonly<Record<string, unknown>>;
      const texts = [name, JSON.stringify(data) ?? 'null', JSON.stringify(others)];
      return add(texts, typeof jobId === 'string' ? jobId : undefined);
    },
    close,
  };
}

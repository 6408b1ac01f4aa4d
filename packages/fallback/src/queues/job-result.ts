import { systemClock, type Clock } from '@redis-resilience/core';
import {
  checkArgument,
  checkOptions,
  clockOf,
  durationOf,
  isAway,
  objectWith,
  pause,
  tooLate,
  withinDeadline,
} from '@redis-resilience/core/kit';
import { isRefusedForNow } from '../server-refusal.ts';

/** The part of a BullMQ `Queue` that {@link jobResult} uses. */
export interface JobSource {
  getJob(id: string): Promise<FinishedJob | undefined>;
}

/** The part of a BullMQ `Job` that {@link jobResult} uses. */
export interface FinishedJob {
  readonly returnvalue: unknown;
  readonly failedReason?: string | undefined;
  readonly finishedOn?: number | undefined;
}

/** The part of a BullMQ `QueueEvents` that {@link jobResult} uses. */
export interface JobEvents {
  on(event: 'completed' | 'failed', listener: (facts: JobEnd) => void): unknown;
  removeListener(event: string, listener: (facts: JobEnd) => void): unknown;
}

/** What BullMQ reports about a job that has ended. */
export interface JobEnd {
  readonly jobId: string;
  readonly returnvalue?: unknown;
  readonly failedReason?: string;
}

/** Options of {@link jobResult}. */
export interface JobResultOptions {
  /** How long to wait for the job to end. Default 30,000 ms. */
  readonly timeoutMs?: number;
  /** Source of time, for tests. */
  readonly clock?: Clock;
}

const lookEveryMs = 1000;
const lookAgainMs = 50;

/**
 * Waits until a job has ended, and returns its result. Use `jobResult` instead of BullMQ's `job.waitUntilFinished()`,
 * which lets an unhandled rejection end the process if Redis becomes unavailable during the wait. `jobResult` waits
 * until Redis is back.
 *
 * @throws Error with BullMQ's reason when the job failed; {@link CommandTimeoutError} after `timeoutMs`; {@link
 * ConfigurationError} when an option is unknown or invalid
 * @example
 * const job = await queue.add('resize', { image });
 * const { url } = await jobResult(queue, queueEvents, job.id, { timeoutMs: 10_000 });
 */
export async function jobResult(
  queue: JobSource,
  events: JobEvents,
  jobId: string,
  options: JobResultOptions = {},
): Promise<unknown> {
  checkArgument('jobResult.queue', queue, objectWith('getJob'));
  checkArgument('jobResult.events', events, objectWith('on', 'removeListener'));
  checkOptions<JobResultOptions>('jobResult', options, { timeoutMs: durationOf(1), clock: clockOf });
  const { timeoutMs = 30_000, clock = systemClock } = options;
  const over = new AbortController();
  const heard = new Promise<JobEnd>((resolve) => {
    const onEnd = (facts: JobEnd): void => {
      if (facts.jobId === jobId) resolve(facts);
    };
    for (const event of ['completed', 'failed'] as const) {
      events.on(event, onEnd);
      over.signal.addEventListener('abort', () => void events.removeListener(event, onEnd));
    }
  });
  const found = findEnd(queue, jobId, clock, over.signal);
  found.catch(ignore);
  try {
    const end = await withinDeadline(clock, timeoutMs, Promise.race([heard, found]), () =>
      tooLate('The job', timeoutMs),
    );
    if (end.failedReason !== undefined) throw new Error(end.failedReason);
    return end.returnvalue;
  } finally {
    over.abort(new Error('The wait is over.'));
  }
}

// Polls the job, because the event of its end is missed if the job ends before the listener is added, or while Redis is
// unavailable.
async function findEnd(queue: JobSource, jobId: string, clock: Clock, signal: AbortSignal): Promise<JobEnd> {
  let isMissing = false;
  for (;;) {
    const job = await look(queue, jobId);
    if (job !== 'away') {
      if (job?.finishedOn !== undefined) return endOf(jobId, job);
      // A job that is removed as soon as it ends may disappear shortly before the event of its end arrives. Therefore,
      // a missing job is an error only if the next poll does not find the job either.
      if (job === undefined && isMissing) throw new Error('The job is not in the queue any more.');
      isMissing = job === undefined;
    }
    await pause(clock, job === 'away' ? lookAgainMs : lookEveryMs, signal);
  }
}

function endOf(jobId: string, { returnvalue, failedReason }: FinishedJob): JobEnd {
  return failedReason === undefined ? { jobId, returnvalue } : { jobId, failedReason };
}

async function look(queue: JobSource, jobId: string): Promise<FinishedJob | undefined | 'away'> {
  try {
    return await queue.getJob(jobId);
  } catch (error) {
    if (isAway(error) || isRefusedForNow(error)) return 'away';
    throw error;
  }
}

function ignore(): void {
  // Nothing to do: if polling fails, `jobResult` rejects with the same error, unless it has already settled.
}

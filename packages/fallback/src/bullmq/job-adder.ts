import { RedisUnavailableError, type RedisResilience } from '@redis-resilience/core';
import {
  checkArgument,
  checkOptions,
  isAway,
  objectWith,
  oneOf,
  resilienceOf,
  tooLate,
  withinDeadline,
} from '@redis-resilience/core/kit';
import { isRefusedForNow } from '../server-refusal.ts';
import { mayWrite } from '../may-use.ts';
import type { Delivery } from '../outbox/delivery.ts';
import type { Outbox, Receipt } from '../outbox/outbox.ts';
import { resolveOutboxOptions, type OutboxOptions } from '../outbox/outbox-options.ts';
import { ReplayingOutbox } from '../outbox/replaying-outbox.ts';

/** The part of a BullMQ `Queue` that is used. */
export interface JobQueue {
  readonly name: string;
  add(name: string, data: unknown, options?: object): Promise<unknown>;
}

/** Options of {@link createJobAdder}: those of an outbox, and what to do while Redis is away. */
export interface JobAdderOptions extends OutboxOptions {
  /** `fail`: `add` throws within `addTimeoutMs`. `keep`: the job is kept and added when Redis is back. Default `fail`. */
  readonly whenAway?: 'fail' | 'keep';
}

/** Adds jobs without ever hanging. */
export interface JobAdder {
  /**
   * Adds a job, under its `jobId` or a new one. Added again under the same id while the first is still in the queue, it
   * is one job. `reply` of a receipt is BullMQ's job.
   *
   * @throws {@link RedisUnavailableError} or {@link CommandTimeoutError} while Redis is away and `whenAway` is `fail`
   */
  add(name: string, data: unknown, options?: Readonly<Record<string, unknown>>): Promise<Receipt>;
  /** The jobs that are kept: its size, events and dead letters. */
  readonly outbox: Pick<
    Outbox,
    'size' | 'bytes' | 'on' | 'drain' | 'ready' | 'deadLetters' | 'replay' | 'discard'
  >;
  close(): Promise<void>;
}

const deliverMs = 1000;

/**
 * Makes a queue safe to add to while Redis is away: it fails fast, or keeps the jobs, durably when `path` is given.
 *
 * @throws {@link ConfigurationError} when an option is unknown or wrong
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
  const { whenAway = 'fail', ...rest } = options;
  checkOptions('createJobAdder', { whenAway }, { whenAway: oneOf('fail', 'keep') });
  const settings = resolveOutboxOptions(rest, 'createJobAdder');
  const { clock, addTimeoutMs } = settings;
  const deliver = (name: string, data: unknown, jobOptions: object, jobId: string, ms: number) =>
    withinDeadline(clock, ms, queue.add(name, data, { ...jobOptions, jobId }), () =>
      tooLate('Adding the job', ms),
    );
  const delivery: Delivery = {
    plan: (command, args) => ({
      command,
      args: args.map((arg) => (typeof arg === 'string' ? arg : (JSON.stringify(arg) ?? 'null'))),
      key: undefined,
      supersedes: false,
      slot: undefined,
    }),
    deliver({ args, id }) {
      const [name = '', data = 'null', jobOptions = '{}'] = args.map(String);
      return deliver(name, JSON.parse(data), JSON.parse(jobOptions) as object, id, deliverMs);
    },
    judge: (error) => (isAway(error) || isRefusedForNow(error) ? 'later' : 'never'),
  };
  const outbox = new ReplayingOutbox(resilience, settings, delivery);
  return {
    outbox,
    async add(name, data, jobOptions = {}) {
      const { jobId, ...others } = jobOptions;
      const id = typeof jobId === 'string' ? jobId : outbox.newId();
      if (whenAway === 'keep') {
        const args = [name, JSON.stringify(data) ?? 'null', JSON.stringify(others)];
        return outbox.add('job.add', args, { id });
      }
      if (!mayWrite(resilience)) throw away(resilience);
      return { state: 'applied', id, reply: await deliver(name, data, others, id, addTimeoutMs) };
    },
    close: () => outbox.close(),
  };
}

function away(resilience: RedisResilience): RedisUnavailableError {
  const { cause, retryAfterMs } = resilience.snapshot();
  return new RedisUnavailableError('Redis takes no writes now; the job was not added. Try again later.', {
    reason: cause?.code,
    retryAfterMs,
    outcome: 'not-applied',
  });
}

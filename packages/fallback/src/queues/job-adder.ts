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
  type OptionReaders,
} from '@redis-resilience/core/kit';
import { writesAvailable } from '../availability.ts';
import type { Delivery } from '../outbox/delivery.ts';
import type { Outbox, Receipt } from '../outbox/outbox.ts';
import { outboxReaders, resolveOutboxOptions, type OutboxOptions } from '../outbox/outbox-options.ts';
import { ReplayingOutbox } from '../outbox/replaying-outbox.ts';
import { newWriteId } from '../outbox/write/write-id.ts';
import { isRefusedForNow } from '../server-refusal.ts';

/** The part of a BullMQ `Queue` that a {@link JobAdder} uses. */
export interface JobQueue {
  readonly name: string;
  add(name: string, data: unknown, options?: object): Promise<unknown>;
}

/** Options of {@link createJobAdder}: those of an outbox, and the choice between failing and keeping. */
export interface JobAdderOptions extends OutboxOptions {
  /** `fail`: `add` throws within `addTimeoutMs`. `keep`: the job is kept and added when Redis is back. Default `fail`. */
  readonly whenAway?: 'fail' | 'keep';
}

const readers: OptionReaders<JobAdderOptions> = { ...outboxReaders, whenAway: oneOf('fail', 'keep') };

/** Adds jobs, and never hangs. */
export interface JobAdder {
  /**
   * Adds a job, under its `jobId` or a new id. While a job is in the queue, adding another under its id adds nothing.
   * The `reply` of an applied receipt is BullMQ's job.
   *
   * @throws an error of core while Redis is away and `whenAway` is `fail`, {@link OverloadedError} when too many jobs
   * are kept
   */
  add(name: string, data: unknown, options?: Readonly<Record<string, unknown>>): Promise<Receipt>;
  /** The kept jobs: their number, events and dead letters. */
  readonly outbox: Pick<
    Outbox,
    'size' | 'bytes' | 'on' | 'drain' | 'ready' | 'deadLetters' | 'replay' | 'discard'
  >;
  /**
   * Stops adding kept jobs. With `path`, the next run of the process adds them; without, they are dropped. Does not close
   * the queue.
   */
  close(): Promise<void>;
}

const deliverMs = 1000;

/**
 * Adds jobs to a queue of BullMQ: while Redis is away `add` fails fast or keeps the job, on disk when `path` is given.
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
  checkOptions('createJobAdder', options, readers);
  const { whenAway = 'fail', ...rest } = options;
  const settings = resolveOutboxOptions('createJobAdder', rest);
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
      const id = typeof jobId === 'string' ? jobId : newWriteId(settings);
      if (whenAway === 'keep') {
        const args = [name, JSON.stringify(data) ?? 'null', JSON.stringify(others)];
        return outbox.add('job.add', args, { id });
      }
      if (!writesAvailable(resilience)) throw away(resilience);
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

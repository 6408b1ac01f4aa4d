import { RedisUnavailableError, type RedisResilience } from '@redis-resilience/core';
import {
  type OptionReaders,
  checkOptions,
  isAway,
  oneOf,
  sourcesOf,
  tooLate,
  withinDeadline,
} from '@redis-resilience/core/kit';
import { writesAvailable } from '../availability.ts';
import type { Delivery } from '../outbox/delivery.ts';
import type { Outbox, Receipt } from '../outbox/outbox.ts';
import { outboxReaders, resolveOutboxOptions, type OutboxOptions } from '../outbox/outbox-options.ts';
import { ReplayingOutbox } from '../outbox/replaying-outbox.ts';
import { newWriteId } from '../outbox/write/write-id.ts';
import { isRefusedForNow } from '../server-refusal.ts';

/**
 * Options of {@link createJobAdder} and {@link createFlowAdder}: the options of an outbox, and what happens to a job
 * while Redis is unavailable.
 */
export interface JobAdderOptions extends OutboxOptions {
  /**
   * What `add` does while Redis is unavailable. `fail`: `add` throws within `addTimeoutMs`. `keep`: `add` keeps the
   * job, and the queue gets the job when Redis is back. Default `fail`.
   */
  readonly whenAway?: 'fail' | 'keep';
}

const readers: OptionReaders<JobAdderOptions> = { ...outboxReaders, whenAway: oneOf('fail', 'keep') };

/** The pending jobs of an adder: their number, events and dead letters. */
export type KeptJobs = Pick<
  Outbox,
  'size' | 'bytes' | 'on' | 'drain' | 'ready' | 'deadLetters' | 'replay' | 'discard'
>;

/** Adds jobs, each of which is serialized as an array of strings, immediately or when Redis is back. */
export interface KeptAdder {
  readonly outbox: KeptJobs;
  /** @param id must be the same for each attempt to add the same job; default: a new id */
  readonly add: (texts: readonly string[], id?: string) => Promise<Receipt>;
  readonly close: () => Promise<void>;
}

const deliverMs = 1000;

/**
 * @param subject a noun for error messages: `job` or `flow`
 * @param send adds the job or flow to the queue; calling it twice with the same id must have the same effect as calling
 * it once
 */
export function createKeptAdder(
  caller: string,
  subject: string,
  resilience: RedisResilience,
  options: JobAdderOptions,
  send: (texts: readonly string[], id: string) => Promise<unknown>,
): KeptAdder {
  checkOptions(caller, options, readers);
  const { whenAway = 'fail', ...rest } = options;
  const settings = resolveOutboxOptions(caller, rest, sourcesOf(resilience));
  const { clock, addTimeoutMs } = settings;
  const deliver = (texts: readonly string[], id: string, ms: number) =>
    withinDeadline(clock, ms, send(texts, id), () => tooLate(`Adding the ${subject}`, ms));
  const delivery: Delivery = {
    plan: (command, args) => ({
      command,
      args: args.map(String),
      key: undefined,
      supersedes: false,
      slot: undefined,
    }),
    deliver: ({ args, id }) => deliver(args.map(String), id, deliverMs),
    mayCross: () => false,
    judge: (error) => (isAway(error) || isRefusedForNow(error) ? 'later' : 'never'),
  };
  const outbox = new ReplayingOutbox(resilience, settings, delivery);
  return {
    outbox,
    async add(texts, id = newWriteId(settings)) {
      if (whenAway === 'keep') return outbox.add(`${subject}.add`, texts, { id });
      if (!writesAvailable(resilience)) throw away(resilience, subject);
      return { state: 'applied', id, reply: await deliver(texts, id, addTimeoutMs) };
    },
    close: () => outbox.close(),
  };
}

function away(resilience: RedisResilience, subject: string): RedisUnavailableError {
  const { cause, retryAfterMs } = resilience.snapshot();
  return new RedisUnavailableError(
    `Redis takes no writes now; the ${subject} was not added. Try again later.`,
    { reason: cause?.code, retryAfterMs, outcome: 'not-applied', connection: resilience.name },
  );
}

import type { RedisResilience } from '@redis-resilience/core';
import { checkArgument, objectWith, resilienceOf } from '@redis-resilience/core/kit';
import type { Receipt } from '../outbox/outbox.ts';
import { createKeptAdder, type JobAdderOptions, type KeptJobs } from './kept-adder.ts';

/** A job and its child jobs, as BullMQ's `FlowProducer` accepts them. */
export interface Flow {
  readonly name: string;
  readonly queueName: string;
  readonly data?: unknown;
  readonly prefix?: string | undefined;
  readonly opts?: object | undefined;
  readonly children?: readonly Flow[] | undefined;
}

/** The part of a BullMQ `FlowProducer` that a {@link FlowAdder} uses. */
export interface FlowSource {
  add(flow: never): Promise<unknown>;
}

/** Adds flows to BullMQ queues. Each call ends within a limited time. */
export interface FlowAdder {
  /**
   * Adds a flow. Each job of the flow that has no `jobId` gets one, so that a retry after a lost reply does not add the
   * flow twice. The result is a receipt. If the receipt's `state` is `applied`, its `reply` is BullMQ's tree of jobs.
   *
   * @throws {@link OverloadedError} when too many flows are pending; an error of `@redis-resilience/core` while Redis
   * is unavailable and `whenAway` is `fail`
   */
  add(flow: Flow): Promise<Receipt>;
  /** The pending flows: their number, events and dead letters. */
  readonly outbox: KeptJobs;
  /**
   * Stops adding pending flows. With the option `path`, the next run of the process adds the flows that are still
   * pending; without `path`, these flows are dropped.
   */
  close(): Promise<void>;
}

/**
 * Adds BullMQ flows as `createJobAdder` adds jobs: while Redis is unavailable, `add` fails fast or keeps the flow for
 * later.
 *
 * @throws {@link ConfigurationError} when an option is unknown or invalid
 * @example
 * const flows = createFlowAdder(new FlowProducer(queueConnection(resilience)), resilience, { whenAway: 'keep' });
 * await flows.add({ name: 'album', queueName: 'albums', children: [{ name: 'photo', queueName: 'photos' }] });
 */
export function createFlowAdder(
  producer: FlowSource,
  resilience: RedisResilience,
  options: JobAdderOptions = {},
): FlowAdder {
  checkArgument('createFlowAdder.producer', producer, objectWith('add'));
  checkArgument('createFlowAdder.resilience', resilience, resilienceOf);
  const { outbox, add, close } = createKeptAdder(
    'createFlowAdder',
    'flow',
    resilience,
    options,
    ([text = ''], id) => producer.add(withIds(JSON.parse(text) as Flow, id) as never),
  );
  return { outbox, close, add: async (flow) => add([JSON.stringify(flow)], rootIdOf(flow)) };
}

function rootIdOf({ opts }: Flow): string | undefined {
  const { jobId } = (opts ?? {}) as { readonly jobId?: unknown };
  return typeof jobId === 'string' ? jobId : undefined;
}

function withIds(flow: Flow, id: string): Flow {
  const children = flow.children?.map((child, index) => withIds(child, `${id}.${index}`));
  return { ...flow, opts: { jobId: id, ...flow.opts }, ...(children && { children }) };
}

import { systemClock, type RedisResilience } from '@redis-resilience/core';
import {
  checkArgument,
  checkOptions,
  durationOf,
  resilienceOf,
  tooLate,
  withinDeadline,
} from '@redis-resilience/core/kit';
import { workerClient } from './worker-client.ts';

/**
 * The protected client. It has no type of its own here, because BullMQ may bring another copy of ioredis, whose types
 * the client does not match, although it works with them.
 */
// oxlint-disable-next-line typescript/no-explicit-any
export type ConnectionForBull = any;

/** Options for a BullMQ `Queue` or `FlowProducer`. */
export interface QueueConnection {
  readonly connection: ConnectionForBull;
  readonly skipVersionCheck: true;
  readonly skipWaitingForReady: true;
}

/** Options for a BullMQ `Worker` or `QueueEvents`. */
export interface WorkerConnection {
  readonly connection: ConnectionForBull;
  readonly runRetryDelay: number;
}

/**
 * Makes the options of a queue that adds jobs: calls fail at once while Redis is away, also when the process started
 * without Redis.
 *
 * @throws {@link ConfigurationError} when the resilience is not one
 * @example
 * const queue = new Queue('mails', queueConnection(resilience));
 */
export function queueConnection(resilience: RedisResilience): QueueConnection {
  checkArgument('queueConnection.resilience', resilience, resilienceOf);
  return { connection: resilience.client, skipVersionCheck: true, skipWaitingForReady: true };
}

/**
 * Makes the options of a worker, or of `QueueEvents`: it waits through an outage of any length without spinning, goes on
 * at once when Redis is back, and closes at once while Redis is away. Each has connections of its own, protected as the
 * client that they are duplicates of.
 *
 * @throws {@link ConfigurationError} when the resilience is not one
 * @example
 * const worker = new Worker('mails', send, { ...workerConnection(resilience), concurrency: 10 });
 * worker.on('error', () => {}); // without a listener, BullMQ prints errors
 */
export function workerConnection(resilience: RedisResilience): WorkerConnection {
  checkArgument('workerConnection.resilience', resilience, resilienceOf);
  return { connection: workerClient(resilience.client, resilience, systemClock), runRetryDelay: 100 };
}

/**
 * Makes the options of `BullModule.forRootAsync` of @nestjs/bullmq, where queues and workers share one connection: adding
 * a job fails within a second while Redis is away, also when the process started without Redis, and workers wait as with
 * {@link workerConnection}.
 *
 * @throws {@link ConfigurationError} when the resilience is not one
 * @example
 * BullModule.forRootAsync({ inject: [getRedisResilienceToken()], useFactory: nestBullConnection });
 */
export function nestBullConnection(resilience: RedisResilience): QueueConnection {
  checkArgument('nestBullConnection.resilience', resilience, resilienceOf);
  return {
    connection: workerClient(resilience.client, resilience, systemClock),
    skipVersionCheck: true,
    skipWaitingForReady: true,
  };
}

/** Options of {@link warmUp}. */
export interface WarmUpOptions {
  /** How long to wait. Default 5,000 ms. */
  readonly timeoutMs?: number;
}

/**
 * Waits until queues and workers are connected, for example before the process takes requests. A process that goes on
 * without waiting loses nothing: they connect when Redis is there.
 *
 * @throws {@link CommandTimeoutError} after `timeoutMs`
 * @example
 * await warmUp([queue, worker]).catch(() => console.log('Redis is away'));
 */
export async function warmUp(
  parts: readonly { waitUntilReady(): Promise<unknown> }[],
  options: WarmUpOptions = {},
): Promise<void> {
  checkOptions('warmUp', options, { timeoutMs: durationOf(1) });
  const { timeoutMs = 5000 } = options;
  const ready = Promise.all(parts.map((part) => part.waitUntilReady()));
  await withinDeadline(systemClock, timeoutMs, ready, () => tooLate('The warm-up', timeoutMs));
}

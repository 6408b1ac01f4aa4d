import { systemClock, type RedisResilience } from '@redis-resilience/core';
import {
  checkArgument,
  checkOptions,
  durationOf,
  resilienceOf,
  sourcesOf,
  tooLate,
  withinDeadline,
} from '@redis-resilience/core/kit';
import { everyCallWaits, workerClient, workersCallsWait } from './worker-client.ts';

/**
 * The ioredis client that BullMQ or Bull uses. Its type is `any`, because BullMQ may come with another copy of ioredis:
 * the types of that copy do not match the client, although the client works.
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
 * Creates the options of a BullMQ queue or flow producer. The calls of that queue or producer fail immediately while
 * Redis is unavailable, even if Redis has been unavailable since the process started.
 *
 * @throws {@link ConfigurationError} when `resilience` is not a RedisResilience
 * @example
 * const queue = new Queue('mails', queueConnection(resilience));
 */
export function queueConnection(resilience: RedisResilience): QueueConnection {
  checkArgument('queueConnection.resilience', resilience, resilienceOf);
  return { connection: resilience.client, skipVersionCheck: true, skipWaitingForReady: true };
}

/**
 * Creates the options of a BullMQ `Worker` or `QueueEvents`. With these options, a worker waits for as long as an
 * outage lasts, without retrying in a tight loop, and resumes as soon as Redis is back. The worker can be closed
 * immediately, even while Redis is unavailable. Each worker has connections of its own: BullMQ duplicates the protected
 * client, and the duplicates are protected too.
 *
 * @throws {@link ConfigurationError} when `resilience` is not a RedisResilience
 * @example
 * const worker = new Worker('mails', send, { ...workerConnection(resilience), concurrency: 10 });
 * worker.on('error', () => {}); // without a listener, BullMQ prints errors
 */
export function workerConnection(resilience: RedisResilience): WorkerConnection {
  checkArgument('workerConnection.resilience', resilience, resilienceOf);
  return {
    connection: workerClient(resilience.client, resilience, sourcesOf(resilience).clock, everyCallWaits),
    runRetryDelay: 100,
  };
}

/**
 * Creates the options for `BullModule.forRootAsync` of @nestjs/bullmq, where queues and workers share one connection.
 * While Redis is unavailable, adding a job fails after half a second, even if Redis has been unavailable since the
 * process started. Workers wait as they do with {@link workerConnection}.
 *
 * @throws {@link ConfigurationError} when `resilience` is not a RedisResilience
 * @example
 * BullModule.forRootAsync({ inject: [getRedisResilienceToken()], useFactory: nestBullConnection });
 */
export function nestBullConnection(resilience: RedisResilience): QueueConnection {
  checkArgument('nestBullConnection.resilience', resilience, resilienceOf);
  return {
    connection: workerClient(resilience.client, resilience, sourcesOf(resilience).clock, workersCallsWait),
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
 * Waits until queues and workers are connected, for example before the process accepts requests. A process that does
 * not wait loses nothing: queues and workers connect when Redis is back.
 *
 * @throws {@link CommandTimeoutError} after `timeoutMs`
 * @example
 * await warmUp([queue, worker]).catch(() => console.log('Redis is unavailable'));
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

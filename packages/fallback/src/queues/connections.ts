import type { Cluster, Redis } from 'ioredis';
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

/** Options for a BullMQ `Queue` or `FlowProducer`. */
export interface QueueConnection {
  readonly connection: Redis | Cluster;
  readonly skipVersionCheck: true;
  readonly skipWaitingForReady: true;
}

/** Options for a BullMQ `Worker` or `QueueEvents`. */
export interface WorkerConnection {
  readonly connection: Redis | Cluster;
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
 * Makes the options of a worker: it waits through an outage of any length without spinning, and goes on by itself. Each
 * worker has connections of its own, protected as the client that they are duplicates of.
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

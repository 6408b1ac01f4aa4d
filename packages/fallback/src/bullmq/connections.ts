import type { Cluster, Redis } from 'ioredis';
import { systemClock, type RedisResilience } from '@redis-resilience/core';
import { checkArgument, resilienceOf, tooLate, withinDeadline } from '@redis-resilience/core/kit';
import { patientClient } from './patient-client.ts';

/** What a BullMQ `Queue` or `FlowProducer` is to be made with. */
export interface QueueConnection {
  readonly connection: Redis | Cluster;
  readonly skipVersionCheck: true;
  readonly skipWaitingForReady: true;
}

/** What a BullMQ `Worker` or `QueueEvents` is to be made with. */
export interface WorkerConnection {
  readonly connection: Redis | Cluster;
  readonly runRetryDelay: number;
}

/**
 * Options for what adds jobs: calls fail at once while Redis is away, also when the process started without Redis.
 *
 * @example
 * const queue = new Queue('mails', queueConnection(resilience));
 */
export function queueConnection(resilience: RedisResilience): QueueConnection {
  checkArgument('queueConnection.resilience', resilience, resilienceOf);
  return { connection: resilience.client, skipVersionCheck: true, skipWaitingForReady: true };
}

/**
 * Options for what waits for jobs: it outwaits an outage, however long, without spinning, and goes on by itself. Each
 * worker has connections of its own, protected like the client they are duplicates of.
 *
 * @example
 * const worker = new Worker('mails', send, { ...workerConnection(resilience), concurrency: 10 });
 * worker.on('error', () => {}); // BullMQ prints errors that nobody listens to
 */
export function workerConnection(resilience: RedisResilience): WorkerConnection {
  checkArgument('workerConnection.resilience', resilience, resilienceOf);
  return { connection: patientClient(resilience.client, resilience, systemClock), runRetryDelay: 100 };
}

/**
 * Waits until queues and workers are connected, before the first request comes. The process may go on without: they
 * heal by themselves.
 *
 * @throws {@link CommandTimeoutError} after `timeoutMs`. Default 5,000
 */
export async function warmUp(
  parts: readonly { waitUntilReady(): Promise<unknown> }[],
  options: { readonly timeoutMs?: number } = {},
): Promise<void> {
  const { timeoutMs = 5000 } = options;
  const ready = Promise.all(parts.map((part) => part.waitUntilReady()));
  await withinDeadline(systemClock, timeoutMs, ready, () => tooLate('The warm-up', timeoutMs));
}

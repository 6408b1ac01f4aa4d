import { AsyncLocalStorage } from 'node:async_hooks';
import { channels } from '../observability/channels.ts';
import type { Lane } from '../snapshot.ts';

/** One `execute`, as the channel `redis-resilience:operation` tells it: complete at its end. */
export interface OperationMessage {
  readonly connection: string;
  readonly lane: Lane;
  usedFallback: boolean;
  /** From its start to its end. */
  durationMs: number;
  /** How long its commands waited for Redis to come back, each counted by itself. */
  waitedMs: number;
  /** How often a command of it was sent again. */
  retries: number;
}

const storage = new AsyncLocalStorage<OperationMessage>();

/** Runs an operation and publishes it; what its commands meet is noted in `message`. */
export function publishOperation<T>(message: OperationMessage, run: () => Promise<T>): Promise<T> {
  return channels.operation.tracePromise(() => storage.run(message, run), message);
}

/** The operation that a command issued now is part of; undefined while nobody listens to operations. */
export function operationOfCommand(): OperationMessage | undefined {
  return channels.operation.asyncEnd.hasSubscribers ? storage.getStore() : undefined;
}

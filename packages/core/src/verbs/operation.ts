import { AsyncLocalStorage } from 'node:async_hooks';
import { channels } from '../observability/channels.ts';
import type { Lane } from '../snapshot.ts';

/**
 * The message of the channel `redis-resilience:operation` about one `execute`. It is complete when the operation has
 * ended.
 */
export interface OperationMessage {
  readonly connection: string;
  readonly lane: Lane;
  usedFallback: boolean;
  /** Duration of the whole operation. */
  durationMs: number;
  /** Total time that its commands waited for Redis to come back. */
  waitedMs: number;
  /** Total number of retries of its commands. */
  retries: number;
}

const storage = new AsyncLocalStorage<OperationMessage>();

/** Runs an operation and publishes it. Waiting times and retries of its commands are added to `message`. */
export function publishOperation<T>(message: OperationMessage, run: () => Promise<T>): Promise<T> {
  return channels.operation.tracePromise(() => storage.run(message, run), message);
}

/** Returns the operation that a command issued now belongs to; undefined if the channel has no subscribers. */
export function operationOfCommand(): OperationMessage | undefined {
  return channels.operation.asyncEnd.hasSubscribers ? storage.getStore() : undefined;
}

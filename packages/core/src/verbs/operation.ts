import { AsyncLocalStorage } from 'node:async_hooks';
import { channels } from '../observability/channels.ts';
import type { Lane } from '../snapshot.ts';

/**
 * The message of the channel `redis-resilience:operation` about one call of `execute`, whose values are final only when
 * the operation has ended.
 */
export interface OperationMessage {
  readonly connection: string;
  readonly lane: Lane;
  usedFallback: boolean;
  /** Duration of the whole operation. */
  durationMs: number;
  /** Total time for which the operation's commands waited for Redis to be available again. */
  waitedMs: number;
  /** Total number of retries of the operation's commands. */
  retries: number;
}

const storage = new AsyncLocalStorage<OperationMessage>();

/**
 * Runs an operation, and publishes its beginning and end. While the operation runs, the waiting times and retries of
 * its commands are added to `message`.
 */
export function publishOperation<T>(message: OperationMessage, run: () => Promise<T>): Promise<T> {
  return channels.operation.tracePromise(() => storage.run(message, run), message);
}

/**
 * Returns the message of the operation to which a command issued now belongs; undefined without an operation, or if the
 * channel has no subscribers.
 */
export function operationOfCommand(): OperationMessage | undefined {
  return channels.operation.asyncEnd.hasSubscribers ? storage.getStore() : undefined;
}

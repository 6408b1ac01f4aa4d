import { AsyncLocalStorage } from 'node:async_hooks';
import { channels } from '../observability/channels.ts';
import type { Lane } from '../snapshot.ts';

/** The message of the channel `redis-resilience:operation` about one `execute`. It is complete when that has ended. */
export interface OperationMessage {
  readonly connection: string;
  readonly lane: Lane;
  usedFallback: boolean;
  /** From its start to its end. */
  durationMs: number;
  /** How long its commands waited for Redis to come back, summed over all of them. */
  waitedMs: number;
  /** How often one of its commands was sent again. */
  retries: number;
}

const storage = new AsyncLocalStorage<OperationMessage>();

/** Runs an operation and publishes it; waits and retries of its commands are added to `message`. */
export function publishOperation<T>(message: OperationMessage, run: () => Promise<T>): Promise<T> {
  return channels.operation.tracePromise(() => storage.run(message, run), message);
}

/** The operation that a command issued now is part of; undefined while the channel has no subscribers. */
export function operationOfCommand(): OperationMessage | undefined {
  return channels.operation.asyncEnd.hasSubscribers ? storage.getStore() : undefined;
}

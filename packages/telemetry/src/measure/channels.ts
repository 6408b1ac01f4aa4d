import { channel, tracingChannel } from 'node:diagnostics_channel';
import type { Lane } from '@redis-resilience/core';

/**
 * The message that core publishes about one `execute` call. The values in the message are final only when the operation
 * has ended.
 */
export interface OperationMessage {
  readonly connection: string;
  readonly lane: Lane;
  readonly usedFallback: boolean;
  /** Duration from start to end, including the fallback. */
  readonly durationMs: number;
  /** How long the operation's commands waited for Redis to come back, in total. */
  readonly waitedMs: number;
  /** How often the operation's commands were retried, in total. */
  readonly retries: number;
  readonly error?: unknown;
}

/** The message that core publishes about an outbox. Only the fields that the metrics use are listed. */
export interface OutboxMessage {
  readonly connection: string;
  readonly type: string;
}

/** The message that core publishes when another database has come into use. */
export interface DatabaseMessage {
  readonly connection: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  readonly durationMs: number;
}

// Node has one channel per name, so these objects are the channels to which core publishes.
export const operationChannel = tracingChannel<object, OperationMessage>('redis-resilience:operation');
export const outboxChannel = channel('redis-resilience:outbox');
export const databaseChannel = channel('redis-resilience:database');

import { channel, tracingChannel } from 'node:diagnostics_channel';
import type { Lane } from '@redis-resilience/core';

/**
 * Message that core publishes about one `execute` call. The fields have their final values only once the operation has
 * ended.
 */
export interface OperationMessage {
  readonly connection: string;
  readonly lane: Lane;
  readonly usedFallback: boolean;
  /** Duration from start to end, including the fallback. */
  readonly durationMs: number;
  /** Sum of the times for which its commands waited for Redis to come back. */
  readonly waitedMs: number;
  /** Number of times its commands were retried. */
  readonly retries: number;
  readonly error?: unknown;
}

/** The fields of an outbox message that are counted here. */
export interface OutboxMessage {
  readonly connection: string;
  readonly type: string;
}

/** What core publishes about a change of database. */
export interface DatabaseMessage {
  readonly connection: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  readonly durationMs: number;
}

// Node looks up channels by name, so these are the same channels as core's.
export const operationChannel = tracingChannel<unknown, OperationMessage>('redis-resilience:operation');
export const outboxChannel = channel('redis-resilience:outbox');
export const databaseChannel = channel('redis-resilience:database');

import { channel, tracingChannel } from 'node:diagnostics_channel';
import type { Lane } from '@redis-resilience/core';

/** What core publishes about one `execute`. The fields are final when the operation ends. */
export interface OperationMessage {
  readonly connection: string;
  readonly lane: Lane;
  readonly usedFallback: boolean;
  /** From start to end, including the fallback. */
  readonly durationMs: number;
  /** Sum of the times that its commands waited for Redis to come back. */
  readonly waitedMs: number;
  /** How many times its commands were sent again. */
  readonly retries: number;
  readonly error?: unknown;
}

/** The fields of an outbox message that are counted here. */
export interface OutboxMessage {
  readonly connection: string;
  readonly type: string;
}

// Node finds channels by name: these are the same objects as core's.
export const operationChannel = tracingChannel<unknown, OperationMessage>('redis-resilience:operation');
export const outboxChannel = channel('redis-resilience:outbox');

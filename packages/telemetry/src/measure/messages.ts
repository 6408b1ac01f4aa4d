import { channel, tracingChannel } from 'node:diagnostics_channel';
import type { Lane } from '@redis-resilience/core';

/** What core publishes about one `execute`; complete at its end. */
export interface OperationMessage {
  readonly connection: string;
  readonly lane: Lane;
  readonly usedFallback: boolean;
  /** From its start to its end. */
  readonly durationMs: number;
  /** How long its commands waited for Redis to come back, each counted by itself. */
  readonly waitedMs: number;
  /** How often a command of it was sent again. */
  readonly retries: number;
  readonly error?: unknown;
}

/** What an outbox publishes; more beside it, which is of no concern here. */
export interface OutboxMessage {
  readonly connection: string;
  readonly type: string;
}

// Channels are found by name: these are the same objects as core's.
export const operationChannel = tracingChannel<unknown, OperationMessage>('redis-resilience:operation');
export const outboxChannel = channel('redis-resilience:outbox');

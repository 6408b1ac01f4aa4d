import { channel, tracingChannel } from 'node:diagnostics_channel';
import type { Lane } from '@redis-resilience/core';

/** What core publishes about one settled command. `outcome`: `ok`, `REPLY`, or the code of the error. */
export interface CommandMessage {
  readonly connection: string;
  readonly command: string;
  readonly lane: Lane;
  readonly outcome: string;
  readonly durationMs: number;
  /** How often it was sent. 0: never. */
  readonly attempts: number;
}

/** What core publishes about one `execute`; complete at its end. */
export interface OperationMessage {
  readonly connection: string;
  readonly lane: Lane;
  readonly usedFallback: boolean;
  /** From its start to its end. */
  readonly waitedMs: number;
  /** How often commands of it were sent again, where core tells. */
  readonly retries?: number;
  readonly error?: unknown;
}

/** What an outbox publishes; more beside it, which is of no concern here. */
export interface OutboxMessage {
  readonly connection: string;
  readonly type: string;
}

// Channels are found by name: these are the same objects as core's.
export const commandChannel = channel('redis-resilience:command');
export const operationChannel = tracingChannel<unknown, OperationMessage>('redis-resilience:operation');
export const outboxChannel = channel('redis-resilience:outbox');

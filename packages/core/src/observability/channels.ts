import { channel, tracingChannel } from 'node:diagnostics_channel';

/**
 * The diagnostics channels of this library. No message is created for a channel without subscribers.
 *
 * | channel | kind | message |
 * | --- | --- | --- |
 * | `redis-resilience:operation` | tracing | `{ connection, lane, usedFallback, durationMs, waitedMs, retries }`: one `execute`, including waiting, retries and fallback |
 * | `redis-resilience:command` | plain | `{ connection, command, lane, outcome, durationMs, attempts }`: one settled call |
 * | `redis-resilience:status` | plain | `{ previous, snapshot }` |
 * | `redis-resilience:attempt` | plain | `{ connection, attempt, durationMs, cause, nextAttemptMs }` |
 * | `redis-resilience:circuit` | plain | `{ connection, lane, from, to, cause }` |
 * | `redis-resilience:database` | plain | `{ connection, from, to, reason, durationMs }`: calls switched to another database |
 * | `redis-resilience:outbox` | plain | `{ connection, type, ... }`, published by the outbox; never the `id` of a write |
 */
export const channels = {
  operation: tracingChannel<object, object>('redis-resilience:operation'),
  command: channel('redis-resilience:command'),
  status: channel('redis-resilience:status'),
  attempt: channel('redis-resilience:attempt'),
  circuit: channel('redis-resilience:circuit'),
  database: channel('redis-resilience:database'),
  outbox: channel('redis-resilience:outbox'),
} as const;

import { ROOT_CONTEXT, SpanKind, type Tracer } from '@opentelemetry/api';
import { systemClock } from '@redis-resilience/core';
import { databaseChannel, type DatabaseMessage } from '../measure/channels.ts';

/**
 * Creates a span for each change of database. The span starts when the previous database became unavailable,
 * or when the change was requested, and ends when calls succeed on the next database. The span belongs to no
 * request. The returned function stops the tracing.
 */
export function traceDatabaseChanges(tracer: Tracer): () => void {
  const onChange = (message: unknown): void => addSpan(tracer, message as DatabaseMessage);
  databaseChannel.subscribe(onChange);
  return () => {
    databaseChannel.unsubscribe(onChange);
  };
}

function addSpan(tracer: Tracer, { connection, from, to, reason, durationMs }: DatabaseMessage): void {
  const endedAt = systemClock.wallNow();
  const attributes = {
    'redis_resilience.connection': connection,
    'redis_resilience.from': from,
    'redis_resilience.to': to,
    'redis_resilience.reason': reason,
  };
  const startTime = endedAt - durationMs;
  tracer
    .startSpan(
      'redis_resilience.database_change',
      { kind: SpanKind.INTERNAL, startTime, attributes },
      ROOT_CONTEXT,
    )
    .end(endedAt);
}

import { ROOT_CONTEXT, SpanKind, type Tracer } from '@opentelemetry/api';
import { systemClock } from '@redis-resilience/core';
import { databaseChannel, type DatabaseMessage } from '../measure/channels.ts';

/**
 * Makes a span for each change of database: it lasts from when the one before was away until calls passed on the other
 * one. It is part of no request. The returned function stops that.
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

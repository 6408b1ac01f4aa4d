import { ConfigurationError, isRedisResilienceError, systemClock } from '@redis-resilience/core';
import { checkOptions, durationOf, type OptionReaders } from '@redis-resilience/core/kit';
import {
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';
import { operationChannel, type OperationMessage } from '../measure/messages.ts';
import { operationOutcome } from '../measure/outcome.ts';
import { recordOf, recordOperations, type OperationRecord } from './operation-record.ts';

/** Options of {@link traceOperations}. */
export interface TraceOptions {
  /** Default: the global one, as it is at the call. */
  readonly tracerProvider?: TracerProvider;
  /** From how many milliseconds of waiting on an operation is worth a span. Default 1. */
  readonly minWaitMs?: number;
}

/**
 * Makes a span for each `execute` that waited, was sent again, fell back or failed, with links to the spans of its
 * commands (see {@link linkCommandSpan}). It stands beside them, under the span of the request, and covers what they
 * cannot show: the waiting, the retries, the fallback. An operation that just worked has no span, and costs next to
 * nothing. All connections of the process are traced.
 *
 * The returned function stops it.
 *
 * @throws {@link ConfigurationError} when an option is unknown or wrong
 *
 * @example
 * const stop = traceOperations();
 */
export function traceOperations(options: TraceOptions = {}): () => void {
  const { tracerProvider = trace.getTracerProvider(), minWaitMs = 1 } = checkOptions(
    'traceOperations',
    options,
    readers,
  );
  const tracer = tracerProvider.getTracer('@redis-resilience/telemetry');
  const subscribers = {
    start: ignore,
    end: ignore,
    asyncStart: ignore,
    error: ignore,
    asyncEnd(message: OperationMessage): void {
      const record = recordOf(message);
      if (record !== undefined && isWorthASpan(message, minWaitMs)) addSpan(tracer, message, record);
    },
  };
  const stopRecording = recordOperations();
  operationChannel.subscribe(subscribers);
  return () => {
    operationChannel.unsubscribe(subscribers);
    stopRecording();
  };
}

const readers: OptionReaders<TraceOptions> = {
  minWaitMs: durationOf(1),
  tracerProvider: (value) => {
    if (typeof (value as Partial<TracerProvider> | null)?.getTracer === 'function') return;
    throw new ConfigurationError('The option traceOperations.tracerProvider must be a TracerProvider.');
  },
};

function isWorthASpan(
  { usedFallback, retries, waitedMs, error }: OperationMessage,
  minWaitMs: number,
): boolean {
  return usedFallback || retries > 0 || error !== undefined || waitedMs >= minWaitMs;
}

function addSpan(
  tracer: Tracer,
  message: OperationMessage,
  { startedAt, parent, links }: OperationRecord,
): void {
  const attributes = attributesOf(message);
  const span = tracer.startSpan(
    `redis_resilience.${message.lane}`,
    { kind: SpanKind.INTERNAL, startTime: startedAt, attributes, links },
    parent,
  );
  if (message.error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end(Math.max(startedAt, systemClock.wallNow()));
}

function attributesOf({
  connection,
  lane,
  usedFallback,
  waitedMs,
  retries,
  error,
}: OperationMessage): Attributes {
  return {
    'redis_resilience.connection': connection,
    'redis_resilience.lane': lane,
    'redis_resilience.outcome': operationOutcome(usedFallback, error),
    'redis_resilience.waited_ms': Math.round(waitedMs),
    'redis_resilience.retries': retries,
    ...(error === undefined ? {} : { 'error.type': errorType(error) }),
  };
}

// The class or code only: messages of other people's errors may hold anything.
function errorType(error: unknown): string {
  if (isRedisResilienceError(error)) return error.code;
  return error instanceof Error ? error.name : '_OTHER';
}

function ignore(): void {
  // Node wants a subscriber for each of the five.
}

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
import { operationChannel, type OperationMessage } from '../measure/channels.ts';
import { operationOutcome } from '../measure/outcome.ts';
import { recordOf, recordOperations, type OperationRecord } from './operation-record.ts';
import { traceDatabaseChanges } from './trace-database-changes.ts';

/** Options of {@link traceOperations}. */
export interface TraceOptions {
  /** The provider of the tracer. Default: the global tracer provider at the time of the call. */
  readonly tracerProvider?: TracerProvider;
  /**
   * An operation gets a span if its commands waited for Redis for at least this many milliseconds in total. An
   * operation that failed, retried or used its fallback gets a span in any case. Default 1.
   */
  readonly minWaitMs?: number;
}

/**
 * Creates a span for each `execute` call that waited, retried, used its fallback or failed. The span shows what the
 * spans of single commands cannot show: the waiting, the retries and the fallback. The parent of the span is the span
 * of the request. The span has links to the spans of its commands if {@link linkCommandSpan} collects these. An
 * `execute` call that succeeds immediately gets no span. A change of database gets a span of its own, which belongs to
 * no request. All connections of the process are traced.
 *
 * The returned function stops the tracing.
 *
 * @throws {@link ConfigurationError} when an option is unknown or invalid
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
  const stopChanges = traceDatabaseChanges(tracer);
  return () => {
    operationChannel.unsubscribe(subscribers);
    stopRecording();
    stopChanges();
  };
}

const className = /^[A-Z][A-Za-z]{0,49}$/;

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

// Returns the code of an error of this library, and only the class name of any other error, because its message may
// contain secrets. Anybody may set the `name` of an error, or make it a getter, so the name is returned only if it
// looks like the name of a class.
function errorType(error: unknown): string {
  if (isRedisResilienceError(error)) return error.code;
  try {
    const { name } = error as Readonly<Record<string, unknown>>;
    return error instanceof Error && typeof name === 'string' && className.test(name) ? name : '_OTHER';
  } catch {
    return '_OTHER';
  }
}

function ignore(): void {
  // Does nothing; Node's types require a subscriber for each of the five events of a tracing channel.
}

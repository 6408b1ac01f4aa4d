import { AsyncLocalStorage } from 'node:async_hooks';
import { context, type Context, type Link, type Span } from '@opentelemetry/api';
import { systemClock } from '@redis-resilience/core';
import { operationChannel, type OperationMessage } from '../measure/channels.ts';

/**
 * What a span needs to know about the start of an operation. The start of every operation is recorded, because only the
 * end shows whether the operation gets a span.
 */
export interface OperationRecord {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly parent: Context;
  readonly links: Link[];
}

const maxLinks = 32;

interface Recording {
  readonly store: AsyncLocalStorage<OperationRecord>;
  readonly records: WeakMap<OperationMessage, OperationRecord>;
  readonly recorders: Set<object>;
}

// All tracers of the process share `store`, so that each operation has a single record. The tracers may belong to two
// copies of this package, for example if an ESM application has a CommonJS file that sets up the instrumentation. The
// number at the end of the symbol's name must change when a new version of this package cannot read the records of an
// older one.
const key = Symbol.for('redis-resilience.telemetry.recording.1');
const shared = globalThis as { [key]?: Recording };
const { store, records, recorders } = (shared[key] ??= {
  store: new AsyncLocalStorage(),
  records: new WeakMap(),
  recorders: new Set(),
});

/** Starts recording operations. The returned function stops the recording, unless another caller is still recording. */
export function recordOperations(): () => void {
  const recorder = {};
  recorders.add(recorder);
  if (recorders.size === 1) operationChannel.start.bindStore(store, beginRecord);
  return () => {
    if (recorders.delete(recorder) && recorders.size === 0) operationChannel.start.unbindStore(store);
  };
}

/**
 * Returns the record of an operation; undefined if the operation started before {@link recordOperations} was called.
 */
export function recordOf(message: OperationMessage): OperationRecord | undefined {
  return records.get(message);
}

/**
 * Collects the span of a command, so that the span of its `execute` call gets a link to it. Pass this function to
 * `@opentelemetry/instrumentation-ioredis` as `requestHook`. At most 32 spans are collected for each `execute` call;
 * commands outside `execute` are ignored.
 *
 * @example
 * new IORedisInstrumentation({ requestHook: linkCommandSpan });
 */
export function linkCommandSpan(span: Span): void {
  const links = store.getStore()?.links;
  if (links !== undefined && links.length < maxLinks) links.push({ context: span.spanContext() });
}

function beginRecord(message: OperationMessage): OperationRecord {
  const record = { startedAt: systemClock.wallNow(), parent: context.active(), links: [] };
  records.set(message, record);
  return record;
}

import { AsyncLocalStorage } from 'node:async_hooks';
import { context, type Context, type Link, type Span } from '@opentelemetry/api';
import { systemClock } from '@redis-resilience/core';
import { operationChannel, type OperationMessage } from '../measure/channels.ts';

/**
 * Data that an operation's span needs from the start of the operation, in case the operation turns out to need a span.
 */
export interface OperationRecord {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly parent: Context;
  readonly links: Link[];
}

const maxLinks = 32;

// The process has one store, just as it has one channel, so that each operation has a single record no matter how many
// tracers read it.
const store = new AsyncLocalStorage<OperationRecord>();
const records = new WeakMap<OperationMessage, OperationRecord>();
const recorders = new Set<object>();

/** Records each operation that starts from now on, until the returned function is called. */
export function recordOperations(): () => void {
  const recorder = {};
  recorders.add(recorder);
  if (recorders.size === 1) operationChannel.start.bindStore(store, beginRecord);
  return () => {
    if (recorders.delete(recorder) && recorders.size === 0) operationChannel.start.unbindStore(store);
  };
}

/** The record of an operation; undefined if the operation started before {@link recordOperations} was called. */
export function recordOf(message: OperationMessage): OperationRecord | undefined {
  return records.get(message);
}

/**
 * Links an operation's span to the spans of its first 32 commands. Pass it to `@opentelemetry/instrumentation-ioredis`
 * as `requestHook`. Outside an operation, it does nothing.
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

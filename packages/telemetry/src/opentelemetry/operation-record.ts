import { AsyncLocalStorage } from 'node:async_hooks';
import { context, type Context, type Link, type Span } from '@opentelemetry/api';
import { systemClock } from '@redis-resilience/core';
import { operationChannel, type OperationMessage } from '../measure/messages.ts';

/** What is remembered of an operation under way, in case it turns out to be worth a span. */
export interface OperationRecord {
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly parent: Context;
  readonly links: Link[];
}

const maxLinks = 32;

// One for the process, as the channel is: each operation has one record, however many look at it.
const store = new AsyncLocalStorage<OperationRecord>();
const records = new WeakMap<OperationMessage, OperationRecord>();
let recorders = 0;

/** Remembers each operation from now on; the returned function, to be called once, ends that. */
export function recordOperations(): () => void {
  if (recorders++ === 0) operationChannel.start.bindStore(store, beginRecord);
  return () => {
    if (--recorders === 0) operationChannel.start.unbindStore(store);
  };
}

/** What was remembered; undefined for an operation that began before anybody did. */
export function recordOf(message: OperationMessage): OperationRecord | undefined {
  return records.get(message);
}

/**
 * Remembers the span of a command for the operation it is part of, so that the operation's span, if there comes to be
 * one, links to it; the first 32 are kept. Outside of an operation it does nothing. Give it to instrumentation-ioredis
 * as its `requestHook`.
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

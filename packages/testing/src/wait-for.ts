import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { checkKnownOptions } from '@redis-resilience/core/protocol';

/** Options of `waitFor`. */
export interface WaitForOptions {
  /** Maximum time to wait, in milliseconds. @default 5000 */
  readonly timeoutMs?: number;
  /** Milliseconds between two calls of the predicate. @default 5 */
  readonly intervalMs?: number;
  /** Description of the condition for the error message. @default the source of the predicate */
  readonly message?: string;
}

/**
 * Waits for a condition instead of sleeping: calls `predicate` until it returns a truthy value, and resolves with that
 * value. A predicate that throws, rejects or hangs counts as "not yet".
 *
 * @throws Error after `timeoutMs`, with the description of the condition; its `cause` is the last error of the
 * predicate.
 * @example
 * await waitFor(() => client.status === 'ready', { timeoutMs: 2_000, message: 'the client to be ready' });
 */
export async function waitFor<T>(
  predicate: () => T | Promise<T>,
  options: WaitForOptions = {},
): Promise<Exclude<Awaited<T>, false | 0 | '' | null | undefined>> {
  checkKnownOptions('waitFor', options, { timeoutMs: true, intervalMs: true, message: true });
  const { timeoutMs = 5_000, intervalMs = 5, message = predicate.toString() } = options;
  const deadline = performance.now() + timeoutMs;
  let thrown: unknown;
  for (;;) {
    try {
      const value = await withinDeadline(predicate, Math.max(1, deadline - performance.now()));
      if (value) return value as Exclude<Awaited<T>, false | 0 | '' | null | undefined>;
      thrown = undefined;
    } catch (error) {
      thrown = error;
    }
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) break;
    await delay(Math.min(intervalMs, leftMs));
  }
  const last = thrown instanceof Error ? ` (last error: ${thrown.message})` : '';
  throw new Error(`Waited ${timeoutMs} ms in vain for: ${message}${last}`, { cause: thrown });
}

async function withinDeadline<T>(predicate: () => T | Promise<T>, leftMs: number): Promise<T | undefined> {
  const value = predicate();
  if (!(value instanceof Promise)) return value;
  const timer = new AbortController();
  const expired = delay(leftMs, undefined, { signal: timer.signal }).catch(() => undefined);
  try {
    return await Promise.race([value, expired]);
  } finally {
    timer.abort();
    value.catch(() => undefined);
  }
}

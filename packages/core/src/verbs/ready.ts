import type { Clock } from '../clock.ts';
import { RedisUnavailableError } from '../errors.ts';
import { debug } from '../observability/debug.ts';
import { checkOptions, type OptionReaders } from '../options/check-options.ts';
import { durationOf, signalOf, textOf } from '../options/option-readers.ts';
import type { RedisResilience } from '../redis-resilience.ts';
import type { RedisSnapshot } from '../snapshot.ts';
import { ownSignal } from '../own-signal.ts';
import { untilChange, type WaitBounds } from './until-change.ts';

/** Resolves when the status is `up`. Rejects after the timeout, on abort, or when the `RedisResilience` is closed. */
export async function whenUp(resilience: RedisResilience, clock: Clock, bounds: WaitBounds): Promise<void> {
  checkOptions('ready', bounds, readers);
  bounds.signal?.throwIfAborted();
  const now = resilience.snapshot();
  const settled = isSettled(now)
    ? now
    : await untilChange(resilience, clock, isSettled, { ...bounds, signal: ownSignal(bounds.signal) });
  if (settled?.status === 'up') return;
  const { cause, retryAfterMs } = resilience.snapshot();
  throw new RedisUnavailableError(`Redis is not up: ${cause?.message ?? 'still connecting.'}`, {
    reason: cause?.code,
    retryAfterMs,
    connection: resilience.name,
  });
}

/** Drops the connection and dials again, and resolves when the status is `up`. The reason only appears in debug lines. */
export async function reconnect(
  resilience: RedisResilience,
  line: { drop(cause: 'connection-reset'): void },
  reason = 'no reason given',
): Promise<void> {
  textOf(reason, 'reconnect.reason');
  debug('%s: reconnects as asked (%j)', resilience.name, reason);
  line.drop('connection-reset');
  await resilience.ready();
}

const readers: OptionReaders<WaitBounds> = { timeoutMs: durationOf(0), signal: signalOf };

function isSettled({ status, connection }: RedisSnapshot): boolean {
  return status === 'up' || connection === 'ended';
}

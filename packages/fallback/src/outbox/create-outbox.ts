import type { RedisResilience } from '@redis-resilience/core';
import { checkArgument, resilienceOf } from '@redis-resilience/core/kit';
import type { Outbox } from './outbox.ts';
import { resolveOutboxOptions, type OutboxOptions } from './outbox-options.ts';
import { redisDelivery } from './redis-delivery.ts';
import { ReplayingOutbox } from './replaying-outbox.ts';

/**
 * Makes an outbox: it keeps writes while Redis is away, within bounds, and applies them when Redis is back, in order for
 * each key, at a limited rate, and each exactly once. Overwritten values and sums of counters become one write; expiries
 * become points in time. With `path`, kept writes survive the process; that needs the package `classic-level`.
 *
 * @throws {@link ConfigurationError} when an option is unknown or wrong, or `classic-level` is not installed
 * @example
 * const outbox = createOutbox(resilience, { path: './outbox', maxEntries: 10_000 });
 * await outbox.add('hincrby', ['views', id, 1]);
 */
export function createOutbox(resilience: RedisResilience, options: OutboxOptions = {}): Outbox {
  checkArgument('createOutbox.resilience', resilience, resilienceOf);
  return new ReplayingOutbox(
    resilience,
    resolveOutboxOptions('createOutbox', options),
    redisDelivery(resilience),
  );
}

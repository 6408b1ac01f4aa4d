import type { RedisResilience } from '@redis-resilience/core';
import { checkArgument, resilienceOf } from '@redis-resilience/core/kit';
import type { Outbox } from './outbox.ts';
import { resolveOutboxOptions, type OutboxOptions } from './outbox-options.ts';
import { redisDelivery } from './redis-delivery.ts';
import { ReplayingOutbox } from './replaying-outbox.ts';

/**
 * Creates an outbox: it stores writes while Redis is unavailable, within limits, and applies them when Redis is back,
 * in order for each key, at a limited rate, and each exactly once. Overwritten values and counter sums are merged into
 * one write; expiries become absolute times. With `path`, pending writes survive the process; that requires the package
 * `classic-level`.
 *
 * @throws {@link ConfigurationError} when an option is unknown or invalid, or `classic-level` is not installed
 * @example
 * const outbox = createOutbox(resilience, { path: './outbox', maxEntries: 10_000 });
 * await outbox.add('hincrby', ['product-views', id, 1]);
 */
export function createOutbox(resilience: RedisResilience, options: OutboxOptions = {}): Outbox {
  checkArgument('createOutbox.resilience', resilience, resilienceOf);
  return new ReplayingOutbox(
    resilience,
    resolveOutboxOptions('createOutbox', options),
    redisDelivery(resilience),
  );
}

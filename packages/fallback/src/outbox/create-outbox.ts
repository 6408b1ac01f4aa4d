import type { RedisResilience } from '@redis-resilience/core';
import { checkArgument, resilienceOf, sourcesOf } from '@redis-resilience/core/kit';
import type { Outbox } from './outbox.ts';
import { resolveOutboxOptions, type OutboxOptions } from './outbox-options.ts';
import { redisDelivery } from './redis-delivery.ts';
import { ReplayingOutbox } from './replaying-outbox.ts';

/**
 * Creates an outbox. While Redis is unavailable, the outbox stores writes, up to a maximum number and size. When Redis
 * is back, the outbox applies each write exactly once, in order for each key, at a limited rate. Several SETs of one
 * key, or several increments of one counter, are merged into one write. Relative expiries become absolute times. With
 * the option `path`, pending writes survive a restart of the process; that requires the package `classic-level`.
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
    resolveOutboxOptions('createOutbox', options, sourcesOf(resilience)),
    redisDelivery(resilience),
  );
}

import type { RedisResilience } from '@redis-resilience/core';
import { isAway } from '@redis-resilience/core/kit';
import type { Delivery } from './delivery.ts';
import type { OutboxEntry } from './write/entry.ts';

/**
 * Decides to which of several databases each write may be sent. A write that must not run on two databases is bound to
 * the database in use before it is sent: it is never sent to another database, unless it certainly did not run on the
 * first one.
 */
export class DatabaseBinding {
  readonly #resilience: RedisResilience;
  readonly #delivery: Pick<Delivery, 'mayCross'>;

  constructor(resilience: RedisResilience, delivery: Pick<Delivery, 'mayCross'>) {
    this.#resilience = resilience;
    this.#delivery = delivery;
  }

  /** Whether the write may be sent to the database in use. */
  admits({ database }: OutboxEntry): boolean {
    return database === undefined || database === this.#inUse;
  }

  /**
   * Returns the database to which the write must be bound before it is sent; undefined if the write is already bound,
   * or may run on any database.
   */
  wantedFor(entry: OutboxEntry): string | undefined {
    return entry.database !== undefined || this.#delivery.mayCross(entry) ? undefined : this.#inUse;
  }

  get #inUse(): string | undefined {
    return this.#resilience.snapshot().database?.name;
  }
}

/** Whether the error proves that the write did not run. */
export function didNotRun(error: unknown): boolean {
  return isAway(error) && error.outcome === 'not-applied';
}

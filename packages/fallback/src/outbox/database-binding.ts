import type { RedisResilience } from '@redis-resilience/core';
import { isAway } from '@redis-resilience/core/kit';
import type { Delivery } from './delivery.ts';
import type { OutboxEntry } from './write/entry.ts';

/**
 * Which of several databases each write may be sent to. A write that another database must not get too is bound to the
 * one in use before it is sent, and set free only when it certainly did not run there.
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

  /** The database to bind the write to before it is sent; undefined where that is done, or not needed. */
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

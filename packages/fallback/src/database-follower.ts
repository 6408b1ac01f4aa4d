import type { RedisResilience, RedisSnapshot } from '@redis-resilience/core';

/**
 * Follows which of several databases accepts writes. `name` is the database that does, or was the last to do so;
 * undefined if there is only one database.
 */
export class DatabaseFollower {
  readonly #stop: () => void;
  #name: string | undefined;

  /** `onChange` is called when another writable database has come into use, before any call runs on it. */
  constructor(
    resilience: Pick<RedisResilience, 'on' | 'snapshot'>,
    onChange: (snapshot: RedisSnapshot) => void,
  ) {
    this.#name = nameIn(resilience.snapshot());
    this.#stop = resilience.on('change', ({ snapshot }) => {
      const name = nameIn(snapshot);
      if (name === undefined || name === this.#name) return;
      const isFirst = this.#name === undefined;
      this.#name = name;
      if (!isFirst) onChange(snapshot);
    });
  }

  stop(): void {
    this.#stop();
  }
}

// A read-only database has no name here: it holds the same data as the previous writable one.
function nameIn({ database }: RedisSnapshot): string | undefined {
  return database?.readOnly === true ? undefined : database?.name;
}

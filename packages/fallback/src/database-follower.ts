import type { RedisResilience, RedisSnapshot } from '@redis-resilience/core';

/** The name of the database that accepts writes, or accepted them last; undefined if there is only one database. */
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

// A read-only database holds the same data as the previous one.
function nameIn({ database }: RedisSnapshot): string | undefined {
  return database?.readOnly === true ? undefined : database?.name;
}

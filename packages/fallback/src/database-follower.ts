import type { RedisResilience, RedisSnapshot } from '@redis-resilience/core';

/** The name of the database that takes writes, or took them last; undefined where there is one database only. */
export class DatabaseFollower {
  readonly #stop: () => void;
  #name: string | undefined;

  /** `onChange` is called when another database that takes writes has come into use, before any call passes on it. */
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

// A read-only database holds what the other one held.
function nameIn({ database }: RedisSnapshot): string | undefined {
  return database?.readOnly === true ? undefined : database?.name;
}

import type { RedisResilience, RedisSnapshot } from '@redis-resilience/core';

/** Notices when the application's writes move to another of several databases (separate Redis servers). */
export class DatabaseFollower {
  readonly #stop: () => void;
  // The database that accepts writes, or the last one that did; undefined if there is only one database.
  #name: string | undefined;

  /** `onChange` is called when another writable database has come into use, before any call runs on that database. */
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

// Returns the name of the database whose data the client uses. Undefined while the client reads from a read-only
// database: that is a replica, so the client still uses the data of the writable database, and nothing has changed.
function nameIn({ database }: RedisSnapshot): string | undefined {
  return database?.readOnly === true ? undefined : database?.name;
}

import { createRedisResilience, type RedisResilience } from '@redis-resilience/core';
import { Redis } from 'ioredis';
import type { Closeable, Contestant } from '../contestant.js';
import type { Target } from '../peers/peer.js';

/** The maximum number of connections in a pool. */
export const poolSize = 10;
/** Time limit, in milliseconds, for the work that a caller wants done. */
export const poolDeadlineMs = 1_000;

/** A pool of connections for exclusive use. */
export interface PoolStack extends Closeable {
  /** Runs `work` with a connection that nobody else uses at the same time. */
  lease(work: (client: Redis) => Promise<unknown>): Promise<unknown>;
}

/** Pools of ten connections. */
export const poolStacks: readonly Contestant<PoolStack>[] = [
  {
    name: 'duplicates',
    label: 'ioredis, ten duplicates',
    setup: 'ten duplicates of an ioredis client with its defaults, used in turn',
    packages: ['ioredis'],
    create: (target) => new Duplicates(new Redis(optionsOf(target))),
  },
  {
    name: 'ours',
    label: 'Redis Resilience',
    setup: '`lease` of `@redis-resilience/core`, with its defaults',
    packages: ['@redis-resilience/core', 'ioredis'],
    create: (target) => new Leases(createRedisResilience(optionsOf(target))),
  },
];

class Leases implements PoolStack {
  readonly #resilience: RedisResilience<Redis>;

  constructor(resilience: RedisResilience<Redis>) {
    this.#resilience = resilience;
  }

  lease(work: (client: Redis) => Promise<unknown>): Promise<unknown> {
    return this.#resilience.lease(work, { timeoutMs: poolDeadlineMs });
  }

  close(): Promise<void> {
    return this.#resilience.close({ drainMs: 0 });
  }
}

/** A typical hand-written pool: the caller that has waited longest gets the next free duplicate. */
class Duplicates implements PoolStack {
  readonly #all: readonly Redis[];
  readonly #free: Redis[];
  readonly #waiting: ((client: Redis) => void)[] = [];

  constructor(client: Redis) {
    this.#all = [client, ...Array.from({ length: poolSize - 1 }, () => client.duplicate())];
    for (const each of this.#all) each.on('error', ignore);
    this.#free = [...this.#all];
  }

  async lease(work: (client: Redis) => Promise<unknown>): Promise<unknown> {
    const client = this.#free.pop() ?? (await new Promise<Redis>((resolve) => this.#waiting.push(resolve)));
    try {
      return await work(client);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(client);
      else next(client);
    }
  }

  close(): Promise<void> {
    for (const each of this.#all) each.disconnect();
    return Promise.resolve();
  }
}

function optionsOf(target: Target): object {
  switch (target.kind) {
    case 'single':
      return { host: target.host, port: target.port };
    case 'sentinel':
      return { sentinels: [...target.sentinels], name: target.name };
    case 'cluster':
      throw new Error('No row leases from a cluster.');
    default:
      return target satisfies never;
  }
}

function ignore(): void {
  // The calls report it.
}

import { createRedisResilience, type RedisResilience, type ResilienceOptions } from '@redis-resilience/core';
import { Redis } from 'ioredis';
import type { Closeable, Contestant } from '../contestant.js';
import type { Address, Target } from '../peers/peer.js';
import { addressOf } from './single-clients.js';

/** Two databases behind one client. */
export interface DatabasePair extends Closeable {
  get(key: string): Promise<unknown>;
  set(key: string, value: string): Promise<unknown>;
  incr(key: string): Promise<unknown>;
  /** Subscribes on a connection of its own. */
  subscribe(channel: string): Promise<unknown>;
  /** The times at which the client switched to another database. */
  readonly changesAt: readonly number[];
  /** How often the subscriber of this client was told that messages may be missing. */
  readonly gaps: number;
  /** Whether the client knows that the standby database is reachable. */
  readonly isPrepared: boolean;
}

/** Ways to switch to a second database. */
export const databaseStacks: readonly Contestant<DatabasePair>[] = [
  {
    name: 'switch-by-hand',
    label: 'ioredis, switched by hand',
    setup:
      'two ioredis clients with `maxRetriesPerRequest: 1` and a `commandTimeout` of 1 s; one of them is used at a time; a PING is sent every second; two failed PINGs in a row switch to the second client, and one successful PING of the first client switches back',
    packages: ['ioredis'],
    create: (target) => new SwitchedByHand(addressOf(target), secondOf(target)),
  },
  {
    name: 'ours',
    label: 'Redis Resilience',
    setup: 'two `databases` with their defaults',
    packages: ['@redis-resilience/core', 'ioredis'],
    create: (target) => pairOf(target, {}),
  },
  {
    name: 'ours-back-soon',
    label: 'Redis Resilience, `failback.afterMs: 1000`',
    setup:
      'two `databases`; the client switches back to the first one after it has been healthy for 1 s without interruption',
    packages: ['@redis-resilience/core', 'ioredis'],
    create: (target) => pairOf(target, { failback: { afterMs: 1000 } }),
  },
];

function pairOf(target: Target, options: { readonly failback?: { readonly afterMs: number } }): DatabasePair {
  const resilience = resilienceOf(target, { logger: false, ...options });
  const { client } = resilience;
  const changesAt: number[] = [];
  let gaps = 0;
  resilience.on('database-change', () => changesAt.push(performance.now()));
  resilience.on('gap', () => gaps++);
  return {
    subscribe: (channel) => client.duplicate().subscribe(channel),
    get: (key) => client.get(key),
    set: (key, value) => client.set(key, value),
    incr: (key) => client.incr(key),
    changesAt,
    get gaps() {
      return gaps;
    },
    get isPrepared() {
      const isUp = resilience.snapshot().status === 'up';
      return isUp && resilience.databases().every(({ health }) => health === 'up');
    },
    close: () => resilience.close({ drainMs: 0 }),
  };
}

function resilienceOf(target: Target, options: ResilienceOptions): RedisResilience<Redis> {
  const place = addressOf(target);
  if (target.kind !== 'single' || target.second === undefined) return createRedisResilience(place, options);
  const first = { name: 'first', target: place, weight: 2 };
  const second = { name: 'second', target: target.second };
  return createRedisResilience({ databases: [first, second] }, options);
}

function secondOf(target: Target): Address {
  if (target.kind !== 'single' || target.second === undefined)
    throw new Error('There is no second database.');
  return target.second;
}

const pingMs = 1_000;

/** A typical hand-written solution: two clients, and a timer that switches from one to the other. */
class SwitchedByHand implements DatabasePair {
  readonly #clients: readonly [Redis, Redis];
  readonly #timer: NodeJS.Timeout;
  #used: 0 | 1 = 0;
  #failures = 0;
  readonly changesAt: number[] = [];
  /** The hand-written solution cannot detect that messages are missing. */
  readonly gaps = 0;
  readonly #subscribers: Redis[] = [];

  constructor(first: Address, second: Address) {
    const options = { maxRetriesPerRequest: 1, commandTimeout: 1_000 };
    this.#clients = [new Redis({ ...first, ...options }), new Redis({ ...second, ...options })];
    for (const client of this.#clients) client.on('error', ignore);
    this.#timer = setInterval(() => void this.#check(), pingMs);
  }

  get(key: string): Promise<unknown> {
    return this.#client.get(key);
  }

  set(key: string, value: string): Promise<unknown> {
    return this.#client.set(key, value);
  }

  incr(key: string): Promise<unknown> {
    return this.#client.incr(key);
  }

  async subscribe(channel: string): Promise<void> {
    for (const client of this.#clients) {
      const subscriber = client.duplicate();
      subscriber.on('error', ignore);
      this.#subscribers.push(subscriber);
      await subscriber.subscribe(channel);
    }
  }

  get isPrepared(): boolean {
    return this.#clients.every(({ status }) => status === 'ready');
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    for (const client of [...this.#clients, ...this.#subscribers]) client.disconnect();
  }

  get #client(): Redis {
    return this.#clients[this.#used];
  }

  async #check(): Promise<void> {
    const isFirstWell = await answers(this.#clients[0]);
    if (this.#used === 1) {
      if (isFirstWell || !(await answers(this.#clients[1]))) this.#use(0);
      return;
    }
    this.#failures = isFirstWell ? 0 : this.#failures + 1;
    if (this.#failures >= 2) this.#use(1);
  }

  #use(index: 0 | 1): void {
    this.#used = index;
    this.#failures = 0;
    this.changesAt.push(performance.now());
  }
}

async function answers(client: Redis): Promise<boolean> {
  return client.ping().then(
    () => true,
    () => false,
  );
}

function ignore(): void {
  // The calls tell.
}

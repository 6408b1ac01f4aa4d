import type { RedisResilience } from '@redis-resilience/core';
import { createCache, type Cache } from '@redis-resilience/fallback/cache';
import { createOutbox, type Outbox } from '@redis-resilience/fallback/outbox';
import type { Redis } from 'ioredis';
import type { Findings } from '../watch/findings.ts';
import { CachedReads } from './cached-reads.ts';
import type { Calls } from './calls.ts';

/** The deadline of a command; equal to the default of core's option `timeoutMs`. */
const timeoutMs = 1_000;
/** A blocking call may wait up to 5 s for the connection; its own timeout is added to the deadline. */
const blockingMs = 7_500;

/** The calls of the simulated application, each with what must be true of it. */
export class Traffic {
  readonly outbox: Outbox;
  readonly #cache: Cache;
  readonly #resilience: RedisResilience<Redis>;
  readonly #blocking: Redis;
  readonly #calls: Calls;
  readonly #cachedReads: CachedReads;
  readonly #random: () => number;
  #lastTag = 0;
  #isBlocked = false;
  #oncePending = 0;

  constructor(
    resilience: RedisResilience<Redis>,
    blocking: Redis,
    calls: Calls,
    findings: Findings,
    random: () => number,
    wait: (ms: number) => Promise<void>,
  ) {
    this.#resilience = resilience;
    this.#blocking = blocking;
    this.#calls = calls;
    this.#random = random;
    this.#cache = createCache(resilience, { ttlMs: 2_000, staleIfErrorMs: 60_000 });
    this.#cachedReads = new CachedReads(this.#cache, calls, findings, random, wait);
    this.outbox = createOutbox(resilience, { maxEntries: 10_000 });
  }

  /** Issues one random call. */
  issue(): void {
    const kinds = [
      this.#count,
      this.#count,
      this.#set,
      this.#get,
      this.#get,
      this.#lock,
      this.#tally,
      this.#tally,
      this.#push,
      this.#list,
      this.#pop,
      this.#multi,
      this.#executeWithFallback,
      () => this.#cachedReads.read(timeoutMs),
      () => this.#cachedReads.write(timeoutMs),
      this.#once,
      this.#keep,
      this.#blockingPop,
      this.#hurried,
    ];
    const kind = kinds[Math.floor(this.#random() * kinds.length)] as () => void;
    kind.call(this);
  }

  close(): Promise<void> {
    this.#cache.close();
    return this.outbox.close();
  }

  #tag(): string {
    return `op${++this.#lastTag}`;
  }

  #key(prefix: string): string {
    return `${prefix}:${Math.floor(this.#random() * 3)}`;
  }

  #count(): void {
    const key = this.#key('count');
    const { client } = this.#resilience;
    void this.#calls.issue('incr', { withinMs: timeoutMs, task: ['incr', key] }, () => client.incr(key));
  }

  #set(): void {
    const [key, tag] = [this.#key('text'), this.#tag()];
    const promised = { withinMs: timeoutMs, tag, repetition: 'repeatable', task: ['set', key, tag] } as const;
    void this.#calls.issue('set', promised, () => this.#resilience.client.set(key, tag));
  }

  #get(): void {
    const key = this.#key('text');
    const promised = { withinMs: timeoutMs, task: ['get', key] } as const;
    void this.#calls.issue('get', promised, () => this.#resilience.client.get(key));
  }

  #lock(): void {
    const [key, tag] = [this.#key('lock'), this.#tag()];
    const task = ['set', key, tag, 'nx'] as const;
    const promised = { withinMs: timeoutMs, tag, repetition: 'repeatable', task } as const;
    void this.#calls.issue('set nx', promised, () => this.#resilience.client.set(key, tag, 'NX'));
  }

  #tally(): void {
    const [key, tag] = [this.#key('tally'), this.#tag()];
    const promised = { withinMs: timeoutMs, tag, repetition: 'once' } as const;
    void this.#calls.issue('hincrby', promised, () => this.#resilience.client.hincrby(key, tag, 1));
  }

  #push(): void {
    const [key, tag] = [this.#key('list'), this.#tag()];
    const promised = { withinMs: timeoutMs, tag, repetition: 'once', task: ['rpush', key, tag] } as const;
    void this.#calls.issue('rpush', promised, () => this.#resilience.client.rpush(key, tag));
  }

  #list(): void {
    const key = this.#key('list');
    const promised = { withinMs: timeoutMs, task: ['lrange', key, 0, -1] } as const;
    void this.#calls.issue('lrange', promised, () => this.#resilience.client.lrange(key, 0, -1));
  }

  #pop(): void {
    const key = this.#key('list');
    const promised = { withinMs: timeoutMs, task: ['lpop', key] } as const;
    void this.#calls.issue('lpop', promised, () => this.#resilience.client.lpop(key));
  }

  #multi(): void {
    const [key, other] = [this.#key('count'), this.#key('count')];
    const task = { multi: [['incr', key] as const, ['get', other] as const] };
    void this.#calls.issue('multi', { withinMs: timeoutMs, task }, () =>
      this.#resilience.client.multi().incr(key).get(other).exec(),
    );
  }

  /** Issues three calls at once, so that a reply for the wrong call is noticed. */
  #hurried(): void {
    this.#get();
    this.#count();
    this.#get();
  }

  #executeWithFallback(): void {
    const key = this.#key('text');
    const promised = { withinMs: timeoutMs, neverFails: true };
    void this.#calls.issue('execute', promised, () =>
      this.#resilience.execute((client) => client.get(key), { fallback: () => 'elsewhere' }),
    );
  }

  // The number of pending calls is limited, because all of them would run at once when Redis is back.
  #once(): void {
    if (this.#oncePending >= 5) return;
    this.#oncePending++;
    const [key, tag] = [this.#key('once'), this.#tag()];
    const promised = {
      withinMs: Infinity,
      tag,
      repetition: 'once',
      // With several databases the call may fail, because an id that may have reached one database must not
      // be tried on another.
      neverFails: this.#resilience.snapshot().database === undefined,
      isRemembered: true,
    } as const;
    void this.#calls
      .issue('applyOnce', promised, () => this.#resilience.applyOnce(`id-${tag}`, 'hincrby', key, tag, 1))
      .then(() => this.#oncePending--);
  }

  #keep(): void {
    const tag = this.#tag();
    const promised = {
      withinMs: 2_500,
      tag,
      repetition: 'once',
      neverFails: true,
      isRemembered: true,
      isKept: true,
    } as const;
    void this.#calls.issue('outbox', promised, () => this.outbox.add('hincrby', ['kept', tag, 1]));
  }

  // Only one at a time, because two blocking calls on one connection would wait for each other.
  #blockingPop(): void {
    if (this.#isBlocked) return;
    this.#isBlocked = true;
    const key = this.#key('list');
    const promised = { withinMs: blockingMs, task: ['blpop', key, 1] } as const;
    void this.#calls
      .issue('blpop', promised, () => this.#blocking.blpop(key, 1))
      .then(() => {
        this.#isBlocked = false;
      });
  }
}

import type { Redis } from 'ioredis';
import type { RedisResilience } from '@redis-resilience/core';

/** How a library gets to Redis: by plain ioredis, by the protected client as it is, by the way that the guide documents. */
export type Way = 'plain' | 'as-is' | 'helper';

export const ways: readonly Way[] = ['plain', 'as-is', 'helper'];

/**
 * What a call gave its caller: its work was `done` by Redis; it was `accepted`, and someone reports later that it is
 * done; or it was answered without Redis, a `fallback`. A call that rejects has failed.
 */
export type Answer = 'done' | 'accepted' | 'fallback';

/** What a subject is given to work with. */
export interface Stage {
  readonly way: Way;
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** The client of the way, always the same: plain, or the protected one. */
  readonly client: Redis;
  /** Only where the way is not `plain`. */
  readonly resilience: RedisResilience;
  /** A plain client with the defaults of ioredis and these options; closed by the subject. */
  plainClient(options?: object): Redis;
  /** A client that is no part of the measurement: it fails at once while Redis is away. */
  readonly producer: Redis;
  /** Reports that the work of a call is done, and by which of several parts. */
  done(call: number, part?: string): void;
}

/** A library at work. */
export interface Running {
  /** One use of the library, as its users use it. */
  call(index: number): Promise<Answer>;
  /** Closes everything that the library opened, as its documentation says. */
  close(): Promise<unknown>;
  /** Milliseconds between calls. Default 50. */
  readonly everyMs?: number;
}

/** A library, and how it is started. */
export type Subject = (stage: Stage) => Promise<Running> | Running;

import type { Redis } from 'ioredis';
import type { RedisResilience } from '@redis-resilience/core';

/**
 * How a library connects to Redis: `plain` ioredis, the protected client `as-is`, or through the `helper`
 * that the guide documents for the library.
 */
export type Way = 'plain' | 'as-is' | 'helper';

export const ways: readonly Way[] = ['plain', 'as-is', 'helper'];

/**
 * How a call succeeded: Redis has `done` its work; the work was `accepted`, and `done` is reported later; or
 * the call was answered without Redis (`fallback`). A call that rejects has failed.
 */
export type Answer = 'done' | 'accepted' | 'fallback';

/** What a subject is given to work with. */
export interface Stage {
  readonly way: Way;
  readonly host: string;
  readonly port: number;
  readonly url: string;
  /** The client that the library should use: plain or protected, depending on `way`. */
  readonly client: Redis;
  /** Must only be read if `way` is not `plain`. */
  readonly resilience: RedisResilience;
  /** Creates a plain ioredis client with its defaults and these options; the caller must close it. */
  plainClient(options?: object): Redis;
  /** A client that is no part of the measurement: it fails at once while Redis is away. */
  readonly producer: Redis;
  /** Reports that the work of a call is done, and by which of several parts. */
  done(call: number, part?: string): void;
}

/** A library that has been started. */
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

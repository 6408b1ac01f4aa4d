import type { Redis } from 'ioredis';
import type { RedisResilience } from '@redis-resilience/core';

/**
 * How a library connects to Redis: `plain` ioredis, the protected client `as-is`, or through the `helper`
 * that the guide documents for the library.
 */
export type Way = 'plain' | 'as-is' | 'helper';

export const ways: readonly Way[] = ['plain', 'as-is', 'helper'];

/**
 * How a call succeeded. `done`: Redis has completed the work of the call. `accepted`: Redis has stored the work, whose
 * end is reported later. `fallback`: the call was answered without Redis. A call that rejects counts as failed.
 */
export type Answer = 'done' | 'accepted' | 'fallback';

/** The objects with which a library is started. */
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
  /** A client that is not measured; its commands fail immediately while Redis is unavailable. */
  readonly producer: Redis;
  /**
   * Must be called when the work of a call is done; if the work has several parts, `part` names the one that did it.
   */
  done(call: number, part?: string): void;
}

/** A library that has been started. */
export interface Running {
  /** Uses the library once, as an application would. */
  call(index: number): Promise<Answer>;
  /** Closes the library as its documentation recommends. */
  close(): Promise<unknown>;
  /** Milliseconds between calls. Default 50. */
  readonly everyMs?: number;
}

/** Starts a library. */
export type Subject = (stage: Stage) => Promise<Running> | Running;

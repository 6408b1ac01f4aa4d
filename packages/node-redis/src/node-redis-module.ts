import { ConfigurationError } from '@redis-resilience/core';
import type { TypeMapping } from 'redis';

/** A version of RESP, the protocol of Redis. */
export type Protocol = 2 | 3;

type ErrorClass = new (message?: string) => Error;

/** The part of the user's `redis` module that this package uses. */
export interface NodeRedisModule {
  // The type parameters are left out, because they differ between versions of node-redis.
  readonly createClient: (this: void, options?: never) => object;
  readonly RESP_TYPES: Readonly<Record<string, unknown>>;
  readonly VerbatimString: new (format: string, value: string) => object;
  readonly SimpleError: ErrorClass;
  readonly BlobError?: ErrorClass;
  readonly WatchError: ErrorClass;
  readonly AbortError: ErrorClass;
  readonly TimeoutError?: ErrorClass;
  readonly ClientClosedError: ErrorClass;
  readonly DisconnectsClientError: ErrorClass;
  readonly DEFAULT_RESP?: Protocol;
}

export type { TypeMapping };

/**
 * Checks that a value is the module of node-redis 5 or 6.
 *
 * @throws ConfigurationError that says what to write instead
 */
export function checkModule(value: unknown): asserts value is NodeRedisModule {
  const module = (value ?? {}) as Partial<Record<keyof NodeRedisModule, unknown>> & { default?: unknown };
  if (typeof module.createClient !== 'function') {
    throw new ConfigurationError(
      "createNodeRedisClient needs the module of node-redis as its second argument. Write import * as redis from 'redis'.",
    );
  }
  if (module.RESP_TYPES === undefined || typeof module.SimpleError !== 'function') {
    throw new ConfigurationError(
      'createNodeRedisClient needs version 5.1 or later of the package redis, not 4.',
    );
  }
}

/** Returns the version of the protocol that clients of this module use by default. */
export function defaultProtocol({ DEFAULT_RESP }: NodeRedisModule): Protocol {
  return DEFAULT_RESP ?? 2;
}

/**
 * Creates an object for a map in a reply. As in node-redis, the object has no prototype in version 5, but one
 * in version 6.
 */
export function emptyObjectOf({
  DEFAULT_RESP,
}: Pick<NodeRedisModule, 'DEFAULT_RESP'>): Record<string, unknown> {
  return DEFAULT_RESP === undefined ? (Object.create(null) as Record<string, unknown>) : {};
}

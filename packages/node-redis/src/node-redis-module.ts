import { ConfigurationError } from '@redis-resilience/core';
import type { TypeMapping } from 'redis';

/** Version of the RESP protocol. */
export type Protocol = 2 | 3;

type ErrorClass = new (message?: string) => Error;

/** The part of the user's `redis` module that this package uses. */
export interface NodeRedisModule {
  // Declared without its generic signature, which differs between versions.
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
 * Rejects a value that is not the module of node-redis 5 or 6.
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

/** The protocol that clients of this module use unless their options say otherwise. */
export function defaultProtocol({ DEFAULT_RESP }: NodeRedisModule): Protocol {
  return DEFAULT_RESP ?? 2;
}

/** Creates an empty object for a map: an ordinary one for version 6, one without a prototype for version 5. */
export function emptyObjectOf({
  DEFAULT_RESP,
}: Pick<NodeRedisModule, 'DEFAULT_RESP'>): Record<string, unknown> {
  return DEFAULT_RESP === undefined ? (Object.create(null) as Record<string, unknown>) : {};
}

import { ConfigurationError } from '../errors.ts';
import { hasMethod } from '../options/has-method.ts';
import { isResilience } from '../options/resilience-readers.ts';

/** The library that a client object comes from. */
export type ClientKind = 'ioredis' | 'ioredis 4' | 'ioredis-mock' | 'node-redis';

/**
 * Returns the library that a client comes from, judged by the object's properties; undefined if the object is not a
 * client.
 */
export function clientKindOf(value: unknown): ClientKind | undefined {
  if (typeof value !== 'object' || value === null || !hasMethod(value, 'duplicate')) return undefined;
  if (typeof (value as { isOpen?: unknown }).isOpen === 'boolean') return 'node-redis';
  if ('_addedScriptHashes' in value) return 'ioredis 4';
  if (hasMethod(value, 'setStatus') && hasMethod(value, 'sendCommand')) return 'ioredis';
  return hasMethod(value, 'defineCommand') ? 'ioredis-mock' : undefined;
}

/**
 * Checks that a client can be protected. `hasEnded`: whether the client is closed or closing.
 *
 * @throws ConfigurationError that says what was passed, and what to write instead
 */
export function checkClient(client: unknown, hasEnded: boolean): void {
  const kind = clientKindOf(client);
  if (kind !== 'ioredis')
    throw new ConfigurationError(`protect() takes a client of ioredis. ${advice(client)}`);
  if (hasEnded) {
    throw new ConfigurationError(
      'protect() was given a client that is closed. Make a new one: protect(new Redis(options)).',
    );
  }
}

function advice(given: unknown): string {
  const kind = clientKindOf(given);
  switch (kind) {
    case 'node-redis':
      return (
        "This is a client of the package 'redis'. Write createNodeRedisClient(createRedisResilience(url), redis), " +
        "of '@redis-resilience/node-redis', and use what it returns in its place."
      );
    case 'ioredis 4':
      return 'This is a client of ioredis 4. Install a later one: npm install ioredis@6';
    case 'ioredis-mock':
      return (
        'This is an ioredis-mock, which has no connection to protect. In tests, start a real Redis: ' +
        "(await startRedis()).url, of '@redis-resilience/testing'."
      );
    default:
      if (isResilience(given))
        return 'This is a resilience, whose client is protected already: use resilience.client.';
      if (hasMethod(given, 'then')) return 'This is a promise. Write protect(await promise).';
      return typeof given === 'string' || (typeof given === 'object' && given !== null)
        ? 'For a URL or options write createRedisResilience(urlOrOptions).'
        : 'Write protect(new Redis(url)) or createRedisResilience(url).';
  }
}

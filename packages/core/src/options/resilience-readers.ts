import { ConfigurationError } from '../errors.ts';
import { hasMethod } from './has-method.ts';
import type { RedisResilience } from '../redis-resilience.ts';
import { invalid, type OptionReader } from './validate-options.ts';

export const resilienceOf: OptionReader = (value, path) => {
  if (hasMethod(value, 'duplicate')) {
    throw new ConfigurationError(`The option ${path} is given a client. Write protect(client) in its place.`);
  }
  if (!isResilience(value)) throw invalid(path, value, 'what createRedisResilience() or protect() returns');
};

export const resiliencesOf: OptionReader = (value, path) => {
  if (!Array.isArray(value)) {
    throw invalid(path, value, 'a list of what createRedisResilience() or protect() returns');
  }
  // Each element is checked by itself, so that the error names the element that is wrong.
  for (const [index, each] of value.entries()) resilienceOf(each, `${path}[${index}]`);
};

/** Like {@link resiliencesOf}, but rejects an empty list. */
export const oneOrMoreResiliencesOf: OptionReader = (value, path) => {
  resiliencesOf(value, path);
  if ((value as readonly unknown[]).length > 0) return;
  throw new ConfigurationError(
    `The option ${path} is an empty list, so there is nothing to report on. Leave the option out to report on the ` +
      'connections of all redisGuard()s.',
  );
};

export function isResilience(value: unknown): value is RedisResilience {
  return hasMethod(value, 'snapshot') && hasMethod(value, 'execute');
}

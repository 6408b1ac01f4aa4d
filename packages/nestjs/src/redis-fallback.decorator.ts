import { ConfigurationError, type RedisResilienceError } from '@redis-resilience/core';
import { isAway } from '@redis-resilience/core/kit';

/**
 * What replaces the result of a method: the result of a function, the result of another method of the class, or a
 * value. The replacing function or method is called with the same `this`, and with the error followed by the original
 * arguments.
 */
export type Fallback =
  | ((this: never, error: RedisResilienceError, ...args: never[]) => unknown)
  | { readonly method: string }
  | { readonly value: unknown };

type Method = (this: unknown, ...args: unknown[]) => unknown;
type Methods = Readonly<Record<string, Method | undefined>>;
type Answer = (self: unknown, error: RedisResilienceError, args: readonly unknown[]) => unknown;

/**
 * Replaces the result of a method when the method fails because Redis is unavailable. A fallback is used for the same
 * errors as in `execute`: every error of this library except `ConfigurationError`, `WatchLostError` and
 * `LeaseEndedError`. All other errors are rethrown. The fallback of a method that writes should check `error.outcome`:
 * if it is `unknown`, Redis may have applied the write.
 *
 * @throws {@link ConfigurationError} when the named method does not exist
 *
 * @example
 * @RedisFallback({ method: 'fromDatabase' })
 * async product(id: string): Promise<Product> { return JSON.parse(await this.redis.get(`product:${id}`)); }
 *
 * async fromDatabase(error: RedisResilienceError, id: string): Promise<Product> { return this.database.product(id); }
 */
export function RedisFallback(fallback: Fallback): MethodDecorator {
  return (target: object, _key: string | symbol, descriptor: PropertyDescriptor) => {
    const answer = answerOf(fallback, target as Methods);
    const original = descriptor.value as Method;
    const guarded: Method = function (...args) {
      const instead = (error: unknown): unknown => {
        if (!isAway(error)) throw error;
        return answer(this, error, args);
      };
      try {
        const result = original.apply(this, args);
        return isPromiseLike(result) ? result.then(undefined, instead) : result;
      } catch (error) {
        return instead(error);
      }
    };
    takeOver(original, guarded);
    descriptor.value = guarded;
  };
}

function answerOf(fallback: Fallback, methods: Methods): Answer {
  if (typeof fallback === 'function')
    return (self, error, args) => (fallback as Method).call(self, error, ...args);
  if ('value' in fallback) return () => fallback.value;
  const { method } = fallback;
  if (typeof methods[method] !== 'function') {
    throw new ConfigurationError(`@RedisFallback names ${method}, which is no method of the class.`);
  }
  return (self, error, args) => (self as Methods)[method]?.call(self, error, ...args);
}

/**
 * Copies the name and the metadata of the original method to the method that replaces it. Nest stores routes, guards
 * and interceptors as metadata of the function.
 */
function takeOver(original: Method, guarded: Method): void {
  Object.defineProperty(guarded, 'name', { value: original.name, configurable: true });
  for (const key of Reflect.getMetadataKeys(original)) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, original), guarded);
  }
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}

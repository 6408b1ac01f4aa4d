import { ConfigurationError } from '../errors.ts';
import { laneOf } from '../options/option-readers.ts';

/**
 * Detects a middleware factory that was mounted without being called, as in `app.use(redisGuard)`: its first argument
 * is then a request.
 *
 * @throws {@link ConfigurationError} that says what to write instead
 */
export function checkCalled(name: string, given: unknown): void {
  if (typeof given !== 'object' || given === null || !('req' in given || 'httpVersion' in given)) return;
  throw uncalled(name);
}

/** Returns the error that {@link checkCalled} throws. */
export function uncalled(name: string): ConfigurationError {
  return new ConfigurationError(
    `${name} is mounted without being called. Write ${name}(), with parentheses: app.use(${name}()).`,
  );
}

/**
 * Checks the first argument of `requireRedis()`, the lane. Options are often passed in its place.
 *
 * @throws {@link ConfigurationError} that says what to write instead
 */
export function checkLane(name: string, given: unknown): void {
  checkCalled(name, given);
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  if (!isObject) return laneOf(given, `${name}.lane`);
  throw new ConfigurationError(
    `The first argument of ${name}() is a lane, 'read' or 'write'. Write ${name}('write', { resilience }).`,
  );
}

/**
 * Checks the arguments of a middleware factory that takes none.
 *
 * @throws {@link ConfigurationError} that says what to write instead
 */
export function checkNoArguments(name: string, given: readonly unknown[]): void {
  checkCalled(name, given[0]);
  if (given.length === 0) return;
  throw new ConfigurationError(
    `${name}() takes no arguments: it answers for every connection. Write app.use(${name}()).`,
  );
}

/**
 * Detects that the middleware for one framework is mounted in an application of another, where it would misread its
 * arguments. `isOwn` says whether the middleware is mounted in its own framework.
 *
 * @throws {@link ConfigurationError} that says what to import instead
 */
export function checkFramework(name: string, isOwn: boolean, other: 'express' | 'koa'): void {
  if (isOwn) return;
  throw new ConfigurationError(
    `This ${name}() is for another framework. Write import { ${name} } from '@redis-resilience/${other}'.`,
  );
}

/**
 * Returns an error that names the missing guard, in place of the TypeError of a handler that uses `redisGuard` although
 * no guard is mounted before it. Returns any other error unchanged. `holder` is the object that should have the
 * property `redisGuard`.
 */
export function explainMissingGuard(error: unknown, holder: 'req' | 'ctx', hasGuard: boolean): unknown {
  if (hasGuard || !(error instanceof TypeError) || !readsGuard.test(error.message)) return error;
  return new ConfigurationError(
    `${holder}.redisGuard is missing here. Mount the guard before the routes: app.use(redisGuard()).`,
    { cause: error },
  );
}

const members = [
  'client|execute|lease|transaction|resilience|snapshot',
  'status|degraded|reads|writes|stale|cause|retryAfterMs',
].join('|');
const readsGuard = new RegExp(
  `(properties of undefined \\(reading '(${members})'\\)|property '(${members})' of '\\w+\\.redisGuard')`,
);

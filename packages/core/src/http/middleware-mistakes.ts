import { ConfigurationError } from '../errors.ts';

/**
 * Refuses a middleware factory that was mounted in place of what it returns, which shows when a request is its first
 * argument: `app.use(redisGuard)`.
 *
 * @throws {@link ConfigurationError} that says what to write
 */
export function checkCalled(name: string, given: unknown): void {
  if (typeof given !== 'object' || given === null || !('req' in given || 'httpVersion' in given)) return;
  throw uncalled(name);
}

/** The error of {@link checkCalled}. */
export function uncalled(name: string): ConfigurationError {
  return new ConfigurationError(
    `${name} is mounted without being called. Write ${name}(), with parentheses: app.use(${name}()).`,
  );
}

/**
 * The error of a handler that reads `redisGuard` where no guard stands before it, told in the words of the mistake; any
 * other error as it is. `holder` is what the guard would be on: `req` or `ctx`.
 */
export function explainMissingGuard(error: unknown, holder: 'req' | 'ctx', hasGuard: boolean): unknown {
  if (hasGuard || !(error instanceof TypeError) || !readsGuard.test(error.message)) return error;
  return new ConfigurationError(
    `${holder}.redisGuard is missing here. Mount the guard before the routes: app.use(redisGuard()).`,
    { cause: error },
  );
}

const members = 'client|execute|status|degraded|reads|writes|cause|retryAfterMs|snapshot|resilience';
const readsGuard = new RegExp(
  `(properties of undefined \\(reading '(${members})'\\)|property '(${members})' of '\\w+\\.redisGuard')`,
);

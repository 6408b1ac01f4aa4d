import { ConfigurationError } from '../errors.ts';

/**
 * Calls `create` with the URL in the environment variable `REDIS_URL`, or with undefined if it is not set. If the URL
 * is malformed, the error names the variable `REDIS_URL`, because the code that the error points to contains no URL.
 *
 * @throws {@link ConfigurationError} as `create` does
 */
export function fromEnvironment<T>(create: (url: string | undefined) => T): T {
  const url = process.env['REDIS_URL'] || undefined;
  try {
    return create(url);
  } catch (error) {
    const isUrl = error instanceof ConfigurationError && error.message.startsWith(named);
    if (url === undefined || !isUrl) throw error;
    throw new ConfigurationError(
      `${named} in the environment variable REDIS_URL${error.message.slice(named.length)}`,
    );
  }
}

const named = 'The Redis URL';

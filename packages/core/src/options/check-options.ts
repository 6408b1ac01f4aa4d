import { ConfigurationError } from '../errors.ts';
import { refuseUnknown } from './known-options.ts';
import { hasMethod } from './has-method.ts';
import { isResilience } from './resilience-readers.ts';
import { resilienceOptionNames } from './settings.ts';
import { checkKeys, invalid, invalidOptions, isOptions, type OptionReader } from './validate-options.ts';

/**
 * For each option of `T`, the function that checks its value. An option without such a function is rejected as unknown.
 */
export type OptionReaders<T extends object> = { readonly [Name in keyof Required<T>]: OptionReader };

/**
 * Checks the options of a factory, middleware or decorator once, when it is called, and returns them.
 *
 * @throws {@link ConfigurationError} that names the option and either what it must be or the nearest known name
 *
 * @example
 * checkOptions('redisGuard', { budgetMS: 200 }, { budgetMs: durationOf(1) });
 * // The option redisGuard.budgetMS does not exist. Did you mean budgetMs?
 */
export function checkOptions<T extends object>(caller: string, options: T, readers: OptionReaders<T>): T {
  if (isResilience(options) || hasMethod(options, 'sendCommand')) {
    if (!('resilience' in readers))
      throw invalid(caller, options, `an object of ${Object.keys(readers).join(', ')}`);
    const meant = isResilience(options) ? 'resilience' : 'resilience: protect(client)';
    throw new ConfigurationError(`${caller}() takes options. Write ${caller}({ ${meant} }).`);
  }
  if (!isOptions(options)) throw invalidOptions(caller, options, Object.keys(readers));
  if ('resilience' in readers) refuseMisplaced(caller, options, readers);
  checkKeys(options, readers, caller);
  return options;
}

/** Rejects options of the connection that were passed to a function which expects a `RedisResilience`. */
function refuseMisplaced(caller: string, options: object | null, readers: object): void {
  for (const name of Object.keys(options ?? {})) {
    if (name in readers) continue;
    const meant = meantBy(name);
    if (meant === undefined) continue;
    throw new ConfigurationError(
      `The option ${caller}.${name} does not exist: it belongs to the connection. ` +
        `Write ${caller}({ resilience: ${meant} }).`,
    );
  }
}

function meantBy(name: string): string | undefined {
  if (name === 'url') return 'createRedisResilience(url)';
  if (name === 'client' || name === 'redis') return 'protect(client)';
  return resilienceOptionNames.includes(name) ? `createRedisResilience(url, { ${name} })` : undefined;
}

/**
 * Checks one argument.
 *
 * @throws {@link ConfigurationError} that names the argument and what it must be
 *
 * @example
 * checkArgument('createCache.resilience', resilience, resilienceOf);
 */
export function checkArgument(path: string, value: unknown, reader: OptionReader): void {
  reader(value, path);
}

/**
 * Checks the option names in an object that mixes the caller's own options with those of `createRedisResilience`.
 * `createRedisResilience` itself checks the values of its options.
 *
 * @throws {@link ConfigurationError} that names the nearest known name
 */
export function checkOptionNames(caller: string, options: object, own: readonly string[]): void {
  refuseUnknown(caller, options, [...own, ...resilienceOptionNames]);
}

import type { Critical } from './health-report.ts';
import type { RedisResilience } from '../redis-resilience.ts';
import { resilienceOptionNames } from '../settings.ts';
import type { Lane } from '../snapshot.ts';
import {
  booleanOf,
  checkKeys,
  durationOf,
  invalid,
  nameOf,
  nearest,
  objectOf,
  oneOf,
  unknownOption,
  type Reader,
} from '../validate-options.ts';

/** One reader for each option; a name that is not here is unknown. */
export type OptionReaders<T extends object> = { readonly [Name in keyof Required<T>]: Reader };

/**
 * Checks an adapter's options once, when the middleware is made, and gives them back.
 *
 * @throws {@link ConfigurationError} that names the option, what it must be, or the nearest known name
 *
 * @example
 * checkAdapterOptions('redisGuard', { budgetMS: 200 }, readers);
 * // The option redisGuard.budgetMS does not exist. Did you mean budgetMs?
 */
export function checkAdapterOptions<T extends object>(
  caller: string,
  options: T,
  readers: OptionReaders<T>,
): T {
  if (isResilience(options) || hasMethod(options, 'sendCommand')) {
    throw invalid(caller, options, `an object of ${Object.keys(readers).join(', ')}`);
  }
  checkKeys(options, readers, caller);
  return options;
}

/**
 * Checks the lane a route was said to need, and gives it back.
 *
 * @throws {@link ConfigurationError} when it is neither `read` nor `write`
 */
export function checkLane(caller: string, lane: Lane): Lane {
  optionReaders.lane(lane, `${caller}.lane`);
  return lane;
}

/**
 * Checks the names of options that hold an adapter's own beside those of core; core checks the values of its own.
 *
 * @throws {@link ConfigurationError} that names the nearest known name
 */
export function checkOptionNames(caller: string, options: object, own: readonly string[]): void {
  const known = [...own, ...resilienceOptionNames];
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw unknownOption(`${caller}.${name}`, nearest(name, known));
  }
}

/**
 * Checks that critical connections exist: a name that was mistyped would never fail readiness.
 *
 * @throws {@link ConfigurationError} that names the nearest connection
 */
export function checkCritical(
  caller: string,
  critical: Critical | undefined,
  names: readonly string[],
): void {
  if (critical === undefined || typeof critical === 'boolean') return;
  for (const name of critical) {
    if (!names.includes(name)) throw unknownOption(`${caller}.critical.${name}`, nearest(name, names));
  }
}

const pathOf: Reader = (value, path) => {
  if (typeof value !== 'string' || !value.startsWith('/'))
    throw invalid(path, value, 'a path that begins with /');
};

const criticalOf: Reader = (value, path) => {
  if (typeof value === 'boolean') return;
  if (!isListOf(value, isString)) throw invalid(path, value, 'true, false or a list of connection names');
};

const resilienceOf: Reader = (value, path) => {
  if (!isResilience(value)) throw invalid(path, value, 'what createRedisResilience() or protect() returns');
};

const resiliencesOf: Reader = (value, path) => {
  if (!isListOf(value, isResilience)) {
    throw invalid(path, value, 'a list of what createRedisResilience() or protect() returns');
  }
};

const functionsOf: Reader = (value, path) => {
  if (!isListOf(value, isFunction)) throw invalid(path, value, 'a list of functions');
};

/** Readers of the options that adapters share. */
export const optionReaders = {
  flag: booleanOf,
  milliseconds: durationOf(1),
  name: nameOf,
  lane: oneOf('read', 'write'),
  mode: oneOf('flag', 'reject'),
  critical: criticalOf,
  resilience: resilienceOf,
  resiliences: resiliencesOf,
  functions: functionsOf,
  paths: objectOf({ live: pathOf, ready: pathOf, health: pathOf }),
} as const satisfies Record<string, Reader>;

function isResilience(value: unknown): value is RedisResilience {
  return hasMethod(value, 'snapshot') && hasMethod(value, 'execute');
}

function hasMethod(value: unknown, name: string): boolean {
  return typeof (value as Readonly<Record<string, unknown>> | null | undefined)?.[name] === 'function';
}

function isString(value: unknown): boolean {
  return typeof value === 'string';
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

function isListOf(value: unknown, accepts: (entry: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(accepts);
}

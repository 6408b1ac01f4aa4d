import { ConfigurationError } from '@redis-resilience/core';
import { optionReaders } from '@redis-resilience/core/http';

/** Checks one value; throws {@link ConfigurationError} that names `path`. */
export type Reader = (value: unknown, path: string) => void;

/** Milliseconds, finite, at least `min`. */
export function milliseconds(min: number): Reader {
  return (value, path) => {
    const isDuration = typeof value === 'number' && value >= min && value <= 2 ** 31 - 1;
    if (!isDuration) throw refused(path, `a number of milliseconds from ${min} to ${2 ** 31 - 1}`);
  };
}

/** A whole number, at least `min`. */
export function count(min: number): Reader {
  return (value, path) => {
    if (!Number.isSafeInteger(value) || (value as number) < min) {
      throw refused(path, `a whole number of at least ${min}`);
    }
  };
}

/** A number from `min` to `max`. */
export function numberWithin(min: number, max: number): Reader {
  return (value, path) => {
    if (!(typeof value === 'number' && value >= min && value <= max)) {
      throw refused(path, `a number from ${min} to ${max}`);
    }
  };
}

export function oneOf(...allowed: readonly string[]): Reader {
  return (value, path) => {
    if (typeof value === 'string' && allowed.includes(value)) return;
    throw refused(path, `one of ${allowed.map((name) => `'${name}'`).join(', ')}`);
  };
}

/** An object that has these methods. */
export function objectWith(...methods: readonly string[]): Reader {
  return (value, path) => {
    const given = value as Readonly<Record<string, unknown>> | null | undefined;
    if (methods.some((method) => typeof given?.[method] !== 'function')) {
      throw refused(path, `an object with ${methods.map((name) => `${name}()`).join(', ')}`);
    }
  };
}

export const text: Reader = (value, path) => {
  if (typeof value !== 'string') throw refused(path, 'a string');
};

export const path: Reader = (value, at) => {
  if (typeof value !== 'string' || value.length === 0) throw refused(at, 'the path of a folder');
};

export const callback: Reader = (value, at) => {
  if (typeof value !== 'function') throw refused(at, 'a function');
};

export const flag: Reader = optionReaders.flag;

/** What every part takes for tests: where time and chance come from. */
export const timeReaders = {
  clock: objectWith('now', 'wallNow', 'setTimeout', 'clearTimeout', 'setImmediate'),
  random: callback,
} as const;

/** Checks that the first argument of a factory is a resilience. */
export function checkResilience(caller: string, value: unknown): void {
  optionReaders.resilience(value, `${caller}.resilience`);
}

/** The options that were given, without those that are undefined, over the defaults. */
export function withDefaults<T extends object, D extends object>(defaults: D, given: T): T & D {
  const present = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.freeze({ ...defaults, ...(Object.fromEntries(present) as T) });
}

function refused(at: string, allowed: string): ConfigurationError {
  return new ConfigurationError(`The option ${at} must be ${allowed}.`);
}

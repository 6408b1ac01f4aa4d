import { hasMethod } from './has-method.ts';
import { ConfigurationError } from '../errors.ts';
import { invalid, type OptionReader } from './validate-options.ts';

const maxDurationMs = 2 ** 31 - 1;

/** Accepts milliseconds, from `min` to the longest delay of a Node timer. */
export function durationOf(min: number): OptionReader {
  return (value, path) => {
    if (typeof value !== 'number' || !(value >= min && value <= maxDurationMs)) {
      throw invalid(path, value, `a number of milliseconds from ${min} to ${maxDurationMs}`);
    }
  };
}

/**
 * Accepts milliseconds, at least `min`, for which something is kept or valid. Unlike {@link durationOf}, also accepts a
 * duration of years, because no timer waits for it.
 */
export function lifetimeOf(min: number): OptionReader {
  return (value, path) => {
    if (typeof value !== 'number' || !(value >= min && value <= Number.MAX_SAFE_INTEGER)) {
      throw invalid(path, value, `a number of milliseconds of at least ${min}`);
    }
  };
}

/** Like {@link durationOf}, but also accepts `false`. */
export function durationOrFalseOf(min: number): OptionReader {
  const read = durationOf(min);
  return (value, path) => {
    if (value !== false) read(value, path);
  };
}

/** Accepts a whole number from `min` to `max`. */
export function countOf(min: number, max = Number.MAX_SAFE_INTEGER): OptionReader {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  return (value, path) => {
    if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
      throw invalid(path, value, `a whole number ${range}`);
    }
  };
}

/** Accepts a number from `min` to `max`. */
export function numberOf(min: number, max: number): OptionReader {
  return (value, path) => {
    if (typeof value !== 'number' || !(value >= min && value <= max)) {
      throw invalid(path, value, `a number from ${min} to ${max}`);
    }
  };
}

/** Accepts the weight of a database. */
export const weightOf: OptionReader = numberOf(0, Number.MAX_SAFE_INTEGER);

export const ratioOf: OptionReader = (value, path) => {
  if (typeof value !== 'number' || !(value > 0 && value <= 1)) {
    throw invalid(path, value, 'a ratio above 0, at most 1');
  }
};

export const booleanOf: OptionReader = (value, path) => {
  if (typeof value !== 'boolean') throw invalid(path, value, 'true or false');
};

export const nameOf: OptionReader = (value, path) => {
  const isName = typeof value === 'string' && value.length > 0 && value.length <= 100;
  if (!isName || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(value)) {
    throw invalid(path, value, 'a name of 1 to 100 characters, none of them a control character');
  }
  if (value.includes('://'))
    throw invalid(path, value, 'a name, not a URL, because logs and metrics show it');
};

export const textOf: OptionReader = (value, path) => {
  if (typeof value !== 'string') throw invalid(path, value, 'a string');
};

/**
 * Accepts a Redis key or a part of a key, as a string. A value of another type is rejected because two different values
 * can become the same string. A lone surrogate is rejected because UTF-8 encoding replaces it, so that two different
 * keys could become the same one.
 */
export const keyTextOf: OptionReader = (value, path) => {
  if (typeof value !== 'string' || value === '' || /\p{Surrogate}/u.test(value)) {
    throw invalid(path, value, 'a string that is not empty and has no half of a surrogate pair');
  }
};

export const folderOf: OptionReader = (value, path) => {
  if (typeof value !== 'string' || value.length === 0) throw invalid(path, value, 'the path of a folder');
};

export const functionOf: OptionReader = (value, path) => {
  if (typeof value !== 'function') throw invalid(path, value, 'a function');
};

export const functionsOf: OptionReader = (value, path) => {
  if (!isListOf(value, isFunction)) throw invalid(path, value, 'a list of functions');
};

/** Accepts one of these strings. */
export function oneOf(...allowed: readonly string[]): OptionReader {
  return (value, path) => {
    if (typeof value !== 'string' || !allowed.includes(value)) {
      throw invalid(path, value, `one of ${allowed.map((name) => `'${name}'`).join(', ')}`);
    }
  };
}

export const signalOf: OptionReader = (value, path) => {
  if (!(value instanceof AbortSignal)) throw invalid(path, value, 'an AbortSignal');
};

/** Accepts a key: a non-empty string or bytes. The error never shows the key. */
export const keyOf: OptionReader = (value, path) => {
  const isKey = (typeof value === 'string' || value instanceof Uint8Array) && value.length > 0;
  if (!isKey)
    throw new ConfigurationError(`The option ${path} must be a key: a string or a Buffer, not empty.`);
};

export const laneOf: OptionReader = oneOf('read', 'write');

/** Accepts an object that has these methods. */
export function objectWith(...methods: readonly string[]): OptionReader {
  return (value, path) => {
    if (!methods.every((name) => hasMethod(value, name))) {
      throw invalid(path, value, `an object with ${methods.map((name) => `${name}()`).join(', ')}`);
    }
  };
}

/**
 * Accepts a complete clock, because a clock without one of these methods would fail only when the method is first
 * needed.
 */
export const clockOf: OptionReader = objectWith(
  'now',
  'wallNow',
  'setTimeout',
  'clearTimeout',
  'setImmediate',
);

/** Accepts an object with `info`, `warn` and `error`, or `false`. */
export const loggerOf: OptionReader = (value, path) => {
  if (value !== false && !['info', 'warn', 'error'].every((name) => hasMethod(value, name))) {
    throw invalid(path, value, 'false or an object with info(), warn() and error(), such as console');
  }
};

/** Accepts credentials, or a function that returns them. The error never shows the value. */
export const credentialsOf: OptionReader = (value, path) => {
  if (typeof value === 'function') return;
  const given = value as { username?: unknown; password?: unknown } | null;
  const isValid =
    typeof given === 'object' &&
    given !== null &&
    typeof given.password === 'string' &&
    (given.username === undefined || typeof given.username === 'string') &&
    !('user' in given);
  if (!isValid) {
    throw new ConfigurationError(
      `The option ${path} must be { username?, password } or a function that gives them.`,
    );
  }
};

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

export function isListOf(value: unknown, accepts: (entry: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(accepts);
}

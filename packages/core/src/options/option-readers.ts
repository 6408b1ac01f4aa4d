import { ConfigurationError } from '../errors.ts';
import { invalid, type OptionReader } from './validate-options.ts';

const maxDurationMs = 2 ** 31 - 1;

/** Milliseconds, from `min` to the longest time that a timer of Node can wait. */
export function durationOf(min: number): OptionReader {
  return (value, path) => {
    if (typeof value !== 'number' || !(value >= min && value <= maxDurationMs)) {
      throw invalid(path, value, `a number of milliseconds from ${min} to ${maxDurationMs}`);
    }
  };
}

/** Milliseconds for which something is kept or counts, at least `min`: no timer waits for them, so that years will do. */
export function lifetimeOf(min: number): OptionReader {
  return (value, path) => {
    if (typeof value !== 'number' || !(value >= min && value <= Number.MAX_SAFE_INTEGER)) {
      throw invalid(path, value, `a number of milliseconds of at least ${min}`);
    }
  };
}

/** As {@link durationOf}, or `false`. */
export function durationOrFalseOf(min: number): OptionReader {
  const read = durationOf(min);
  return (value, path) => {
    if (value !== false) read(value, path);
  };
}

/** A whole number, at least `min` and at most `max`. */
export function countOf(min: number, max = Number.MAX_SAFE_INTEGER): OptionReader {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  return (value, path) => {
    if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
      throw invalid(path, value, `a whole number ${range}`);
    }
  };
}

/** A number from `min` to `max`. */
export function numberOf(min: number, max: number): OptionReader {
  return (value, path) => {
    if (typeof value !== 'number' || !(value >= min && value <= max)) {
      throw invalid(path, value, `a number from ${min} to ${max}`);
    }
  };
}

/** The weight of a database. */
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
  if (typeof value !== 'string' || value.length === 0 || value.length > 100) {
    throw invalid(path, value, 'a name of 1 to 100 characters');
  }
};

export const textOf: OptionReader = (value, path) => {
  if (typeof value !== 'string') throw invalid(path, value, 'a string');
};

/**
 * A key of Redis, or a part of one. Anything but a string would become one that others become too, and so would half of a
 * surrogate pair, which UTF-8 cannot say.
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

/** One of these words. */
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

/** A key: text or bytes, not empty. The error never shows it. */
export const keyOf: OptionReader = (value, path) => {
  const isKey = (typeof value === 'string' || value instanceof Uint8Array) && value.length > 0;
  if (!isKey)
    throw new ConfigurationError(`The option ${path} must be a key: a string or a Buffer, not empty.`);
};

export const laneOf: OptionReader = oneOf('read', 'write');

/** An object that has these methods. */
export function objectWith(...methods: readonly string[]): OptionReader {
  return (value, path) => {
    if (!methods.every((name) => hasMethod(value, name))) {
      throw invalid(path, value, `an object with ${methods.map((name) => `${name}()`).join(', ')}`);
    }
  };
}

/** A complete clock: an incomplete one would fail only when the first timer is needed. */
export const clockOf: OptionReader = objectWith(
  'now',
  'wallNow',
  'setTimeout',
  'clearTimeout',
  'setImmediate',
);

/** An object with the methods of `console`, or `false`. */
export const loggerOf: OptionReader = (value, path) => {
  if (value !== false && !['info', 'warn', 'error'].every((name) => hasMethod(value, name))) {
    throw invalid(path, value, 'false or an object with info(), warn() and error()');
  }
};

/** Credentials, or a function that gives them. The error never shows the value. */
export const credentialsOf: OptionReader = (value, path) => {
  if (typeof value === 'function') return;
  const given = value as { username?: unknown; password?: unknown } | null;
  const isValid =
    typeof given === 'object' &&
    given !== null &&
    typeof given.password === 'string' &&
    (given.username === undefined || typeof given.username === 'string');
  if (!isValid) {
    throw new ConfigurationError(
      `The option ${path} must be { username?, password } or a function that gives them.`,
    );
  }
};

export function hasMethod(value: unknown, name: string): boolean {
  return typeof (value as Readonly<Record<string, unknown>> | null | undefined)?.[name] === 'function';
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

export function isListOf(value: unknown, accepts: (entry: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(accepts);
}

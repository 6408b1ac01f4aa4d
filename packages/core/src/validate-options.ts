import { ConfigurationError } from './errors.ts';

/** Checks one value; throws {@link ConfigurationError} that names `path`. */
export type Reader = (value: unknown, path: string) => void;

/**
 * Checks an options object against the readers of its keys. Unknown keys are refused with the nearest right name;
 * undefined counts as absent.
 */
export function checkKeys(options: unknown, readers: Readonly<Record<string, Reader>>, path: string): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalid(path, options, 'an object');
  }
  for (const [key, value] of Object.entries(options)) {
    const reader = Object.hasOwn(readers, key) ? readers[key] : undefined;
    if (reader === undefined) throw unknownOption(`${path}.${key}`, nearest(key, Object.keys(readers)));
    if (value !== undefined) reader(value, `${path}.${key}`);
  }
}

/** A reader of an object: of these keys, or of any key whose values `each` accepts. */
export function objectOf(readers: Readonly<Record<string, Reader>> | undefined, each?: Reader): Reader {
  return (value, path) => {
    if (readers !== undefined) {
      checkKeys(value, readers, path);
      return;
    }
    if (typeof value !== 'object' || value === null) throw invalid(path, value, 'an object');
    for (const [key, entry] of Object.entries(value)) each?.(entry, `${path}.${key}`);
  };
}

/** Milliseconds, finite, at least `min`. */
export function durationOf(min: number): Reader {
  return (value, path) => {
    if (typeof value !== 'number' || !Number.isFinite(value) || value < min || value > maxDurationMs) {
      throw invalid(path, value, `a number of milliseconds from ${min} to ${maxDurationMs}`);
    }
  };
}

/** A whole number, at least `min`. */
export function countOf(min: number): Reader {
  return (value, path) => {
    if (!Number.isSafeInteger(value) || (value as number) < min) {
      throw invalid(path, value, `a whole number of at least ${min}`);
    }
  };
}

export const ratioOf: Reader = (value, path) => {
  if (typeof value !== 'number' || !(value > 0 && value <= 1)) {
    throw invalid(path, value, 'a ratio above 0, at most 1');
  }
};

export const nameOf: Reader = (value, path) => {
  if (typeof value !== 'string' || value.length === 0 || value.length > 100) {
    throw invalid(path, value, 'a name of 1 to 100 characters');
  }
};

export const functionOf: Reader = (value, path) => {
  if (typeof value !== 'function') throw invalid(path, value, 'a function');
};

/** A whole clock: half of one would fail at the first timer. */
export const clockOf: Reader = (value, path) => {
  for (const name of ['now', 'wallNow', 'setTimeout', 'clearTimeout', 'setImmediate']) {
    const part = (value as Record<string, unknown> | null)?.[name];
    if (typeof part !== 'function') throw invalid(`${path}.${name}`, part, 'a function');
  }
};

export const booleanOf: Reader = (value, path) => {
  if (typeof value !== 'boolean') throw invalid(path, value, 'true or false');
};

export function oneOf(...allowed: readonly string[]): Reader {
  return (value, path) => {
    if (typeof value !== 'string' || !allowed.includes(value)) {
      throw invalid(path, value, `one of ${allowed.map((name) => `'${name}'`).join(', ')}`);
    }
  };
}

/** Credentials or a provider of them. What was given is never shown. */
export const credentialsOf: Reader = (value, path) => {
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

const maxDurationMs = 2 ** 31 - 1;

/** The error of a value that is not allowed. */
export function invalid(path: string, given: unknown, allowed: string): ConfigurationError {
  return new ConfigurationError(`The option ${path} must be ${allowed}; given: ${describe(given)}.`);
}

/** The error of an option that does not exist. */
export function unknownOption(path: string, suggestion: string | undefined): ConfigurationError {
  const hint = suggestion === undefined ? '' : ` Did you mean ${suggestion}?`;
  return new ConfigurationError(`The option ${path} does not exist.${hint}`);
}

/** The allowed name closest to what was typed; undefined when nothing is close. */
export function nearest(typed: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.ceil(typed.length / 2)) + 0.5;
  for (const name of names) {
    const distance = editDistance(typed.toLowerCase(), name.toLowerCase());
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

function describe(given: unknown): string {
  if (typeof given === 'string') return given.length > 40 ? 'a long string' : `'${given}'`;
  if (typeof given === 'number' || typeof given === 'boolean' || given === null) return String(given);
  return Array.isArray(given) ? 'an array' : `a value of type ${typeof given}`;
}

// Levenshtein's distance, one row at a time.
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i++) {
    const next = [i];
    for (let j = 1; j <= right.length; j++) {
      const substitution = (row[j - 1] as number) + (left[i - 1] === right[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[right.length] as number;
}

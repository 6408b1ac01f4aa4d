import { ConfigurationError } from '../errors.ts';
import { hasMethod } from './has-method.ts';

/** Checks one value. If the value is not allowed, throws a {@link ConfigurationError} that names `path`. */
export type OptionReader = (value: unknown, path: string) => void;

/**
 * Checks the values in an options object, each with the reader of its key. Rejects unknown keys and suggests the
 * nearest known name; an undefined value counts as absent.
 */
export function checkKeys(
  options: unknown,
  readers: Readonly<Record<string, OptionReader>>,
  path: string,
): void {
  if (!isOptions(options)) {
    throw invalid(path, options, objectLike(Object.keys(readers)));
  }
  for (const [key, value] of Object.entries(options)) {
    const reader = Object.hasOwn(readers, key) ? readers[key] : undefined;
    if (reader === undefined) throw unknownName(`${path}.${key}`, key, Object.keys(readers));
    if (value !== undefined) reader(value, `${path}.${key}`);
  }
}

/** Returns whether a value can be an object of options. */
export function isOptions(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Returns a reader that accepts an object with these keys. If `readers` is undefined, accepts an object with any keys
 * whose values `each` accepts.
 */
export function objectOf(
  readers: Readonly<Record<string, OptionReader>> | undefined,
  each?: OptionReader,
): OptionReader {
  return (value, path) => {
    if (readers !== undefined) {
      checkKeys(value, readers, path);
      return;
    }
    if (typeof value !== 'object' || value === null) throw invalid(path, value, 'an object');
    for (const [key, entry] of Object.entries(value)) each?.(entry, `${path}.${key}`);
  };
}

/** Creates the error for a value that is not allowed. */
export function invalid(path: string, given: unknown, allowed: string): ConfigurationError {
  return new ConfigurationError(`The option ${path} must be ${allowed}; given: ${describe(given, path)}.`);
}

/** Creates the error for options that are not an object; `caller` is the name of the function that takes them. */
export function invalidOptions(caller: string, given: unknown, names: readonly string[]): ConfigurationError {
  const meant =
    typeof given === 'function' && names.includes('fallback') ? ' Write { fallback } for a fallback.' : '';
  return new ConfigurationError(
    `The options of ${caller}() must be ${objectLike(names)}; given: ${describe(given, caller)}.${meant}`,
  );
}

/** Creates the error for an option that does not exist. */
export function unknownOption(path: string, suggestion: string | undefined): ConfigurationError {
  const hint = suggestion === undefined ? '' : ` Did you mean ${suggestion}?`;
  return new ConfigurationError(`${optionAt(path)} does not exist.${hint}`);
}

/**
 * Like {@link unknownOption}, but suggests the known name that is nearest to `typed`, or lists all known names if none
 * is near.
 */
export function unknownName(path: string, typed: string, known: readonly string[]): ConfigurationError {
  const meant = nearest(typed, known);
  if (meant !== undefined || known.length === 0) return unknownOption(path, meant);
  return new ConfigurationError(`${optionAt(path)} does not exist. There are: ${known.join(', ')}.`);
}

/** Merges the given options over the defaults; an undefined option counts as not given. */
export function withDefaults<Defaults extends object, Given extends object>(
  defaults: Defaults,
  given: Given | undefined,
): Defaults & Given {
  if (given === undefined) return defaults as Defaults & Given;
  const present = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.freeze({ ...defaults, ...(Object.fromEntries(present) as Given) });
}

/** Returns the allowed name closest to the typed one, or undefined if none is close. */
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

function objectLike(names: readonly string[]): string {
  if (names.length === 0) return 'an object';
  return `an object such as { ${names.slice(0, 4).join(', ')}${names.length > 4 ? ', …' : ''} }`;
}

// An unknown name that does not look like a name is not shown, because it may be a URL that was passed by mistake.
function optionAt(path: string): string {
  return /^@?[\w.[\]-]{1,120}$/.test(path) ? `The option ${path}` : 'An option with an odd name';
}

// A string is shown only if it is short and plain, because it may be a URL or an API key that was passed by mistake.
function describe(given: unknown, path: string): string {
  if (typeof given === 'string')
    return /^[\w .-]{0,40}$/.test(given) && !secret.test(path) ? `'${given}'` : 'a string';
  if (typeof given === 'number' || typeof given === 'boolean' || given === null || given === undefined)
    return String(given);
  if (typeof given === 'function') return 'a function';
  if (typeof given !== 'object') return `a value of type ${typeof given}`;
  if (hasMethod(given, 'then')) return 'a promise, which is not awaited';
  if (hasMethod(given, 'applyOnce')) return 'a resilience';
  return Array.isArray(given) ? 'an array' : `an ${kindOf(given)}`;
}

function kindOf(given: object): string {
  const name = (given.constructor as { name?: unknown } | undefined)?.name;
  const isOwn = typeof name === 'string' && name !== 'Object' && /^[A-Z]\w{2,40}$/.test(name);
  if (isOwn) return `instance of ${name}`;
  const [first, ...rest] = Object.keys(given);
  // Other names of properties may be data, such as keys.
  if (first === undefined || !/^[a-z][A-Za-z]{0,30}$/.test(first)) return 'object';
  return `object with the property ${first}${rest.length > 0 ? ' and others' : ''}`;
}

const secret = /credential|passw|passphrase|secret|token|auth|key/i;

// Computes the Levenshtein distance, one row at a time.
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

import { ConfigurationError } from '../errors.ts';
import { invalid, nearest, type OptionReader } from '../options/validate-options.ts';
import type { Critical } from './health-report.ts';

/**
 * Checks that every connection named in `critical` exists. Without this check, readiness would never fail if a name is
 * mistyped.
 *
 * @throws {@link ConfigurationError} that suggests the connection with the nearest name
 */
export function checkCritical(
  caller: string,
  critical: Critical | undefined,
  names: readonly string[],
): void {
  if (critical === undefined || typeof critical === 'boolean') return;
  for (const name of critical) {
    if (names.includes(name)) continue;
    const suggestion = nearest(name, names);
    throw new ConfigurationError(
      `The option ${caller}.critical names ${name}, but no connection has that name; known: ${names.join(', ') || 'none'}.` +
        (suggestion === undefined ? '' : ` Did you mean ${suggestion}?`),
    );
  }
}

/** Validates an option of the type {@link Critical}. */
export const criticalOf: OptionReader = (value, path) => {
  const isCritical =
    typeof value === 'boolean' || (Array.isArray(value) && value.every((name) => typeof name === 'string'));
  if (!isCritical) throw invalid(path, value, 'true, false or a list of connection names');
};

import { ConfigurationError } from '../errors.ts';

const expected =
  'Expected redis://[user:password@]host[:port][/database], rediss://..., unix:///path, ' +
  'redis+sentinel://host:port,host:port/name[/database] or redis+cluster://host:port,host:port.';

/** Refuses a Redis URL. The text may hold a password, so that no part of it is ever shown. */
export function refuseUrl(problem: string): never {
  throw new ConfigurationError(`The Redis URL ${problem}. ${expected}`);
}

/** Refuses a URL whose login, most likely, holds a character that ends it. */
export function refuseUnescaped(): never {
  return refuseUrl(
    'has a login that holds a character with a meaning of its own; ' +
      'in a user name or password, write / ? # @ % as %2F %3F %23 %40 %25',
  );
}

/** Decodes percent escapes. */
export function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuseUrl('holds a percent sign that begins no escape; write it as %25');
  }
}

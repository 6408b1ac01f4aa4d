import { ConfigurationError } from '../errors.ts';

const expected =
  'Expected redis://[user:password@]host[:port][/database], rediss://..., unix:///path, ' +
  'redis+sentinel://host:port,host:port/name[/database] or redis+cluster://host:port,host:port.';

/** Rejects a Redis URL. The error shows no part of the URL, because the URL may contain a password. */
export function refuseUrl(problem: string): never {
  throw new ConfigurationError(`The Redis URL ${problem}. ${expected}`);
}

/** Rejects a URL whose user name or password most likely contains an unescaped special character. */
export function refuseUnescaped(): never {
  return refuseUrl(
    'has an unescaped special character in its login; ' +
      'in a user name or password, write / ? # @ % as %2F %3F %23 %40 %25',
  );
}

/** Decodes percent escapes. */
export function decodePart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuseUrl('contains a percent sign that does not begin an escape; write it as %25');
  }
}

import { readFileSync } from 'node:fs';
import { UsageError } from '../usage-error.ts';
import { maskedCommand, maskedRequest } from './report/masked.ts';

/**
 * Returns the error for arguments of `drill` that lack the command which starts the application. The message shows the
 * complete command line to write.
 */
export function missingCommand(
  words: readonly string[],
  urls: readonly string[] = [],
  startScript: () => string | undefined = ownStartScript,
): UsageError {
  const runsAlready = words.length === 0 && urls.some((url) => /https?:\/\//.test(url));
  const why = runsAlready
    ? 'drill starts the application itself, because it must stand between the application and Redis.'
    : 'drill needs the command that starts your application, after --.';
  const command =
    words.length > 0 ? startOf(words) : startScript() === undefined ? 'node server.js' : 'npm start';
  const flags = urls.map((url) => optionOf(maskedRequest(url))).join('');
  return new UsageError(
    `${why} Write: redis-resilience drill ${flags}-- ${command} (which must use the variables PORT and REDIS_URL)`,
  );
}

function optionOf(request: string): string {
  return `--url ${request.includes(' ') ? `"${request}"` : request} `;
}

function startOf(words: readonly string[]): string {
  const isFile = /\.[cm]?[jt]s$/.test(words[0] ?? '');
  return maskedCommand([...(isFile ? ['node'] : []), ...words]);
}

function ownStartScript(): string | undefined {
  try {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts?: { start?: unknown } };
    return typeof scripts?.start === 'string' ? scripts.start : undefined;
  } catch {
    return undefined;
  }
}

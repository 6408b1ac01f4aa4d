import type { DatabasesTarget } from './resilience-target.ts';

/** A comma before a scheme or an absolute path; the commas between the hosts of one URL have neither behind them. */
const separator = /,(?=\s*(?:[a-z][a-z0-9+.-]*:\/\/|\/(?!\/)))/i;
const ordinals = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth'];

/** Several URLs in one text, separated by commas: a list of databases, the preferred one first. */
export function severalUrls(text: string): DatabasesTarget | undefined {
  const urls = text.split(separator).map((url) => url.trim());
  if (urls.length < 2) return undefined;
  const databases = urls.map((target, index) => ({
    name: ordinals[index] ?? `database-${index + 1}`,
    target,
  }));
  return { databases };
}

import type { DatabasesTarget } from './resilience-target.ts';

/**
 * Matches a comma between two URLs: one that precedes a scheme or an absolute path. Commas between the hosts of a
 * single URL do not match.
 */
const separator = /,(?=\s*(?:[a-z][a-z0-9+.-]*:\/\/|\/(?!\/)))/i;
const ordinals = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth'];

/**
 * Splits several comma-separated URLs into a list of Redis databases, of which the first is preferred. Returns
 * undefined for a single URL.
 */
export function severalUrls(text: string): DatabasesTarget | undefined {
  const urls = text.split(separator).map((url) => url.trim());
  if (urls.length < 2) return undefined;
  const databases = urls.map((target, index) => ({
    name: ordinals[index] ?? `database-${index + 1}`,
    target,
  }));
  return { databases };
}

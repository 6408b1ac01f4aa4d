import type { DatabasesTarget } from './resilience-target.ts';

/**
 * Matches a comma that precedes a scheme or an absolute path; commas between the hosts of a single URL precede neither.
 */
const separator = /,(?=\s*(?:[a-z][a-z0-9+.-]*:\/\/|\/(?!\/)))/i;
const ordinals = ['first', 'second', 'third', 'fourth', 'fifth', 'sixth', 'seventh', 'eighth', 'ninth'];

/**
 * Splits several comma-separated URLs into a list of Redis databases, the preferred one first. Returns undefined for a
 * single URL.
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

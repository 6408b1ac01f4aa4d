/**
 * The length of the shortest token that is assumed to be unique. Several callers may use the same shorter token, such
 * as `1` or `locked`: a late release with that token could delete the lock of another caller.
 */
const shortestToken = 16;

/** Returns whether a token of this length belongs to one lock only, so that the lock may be released late. */
export function isUniqueToken(token: string): boolean {
  return token.length >= shortestToken;
}

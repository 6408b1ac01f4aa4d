/**
 * The length of the shortest token that is taken for unique. A shorter one, such as `1` or `locked`, may also be that of
 * another caller, whose lock a late release would release.
 */
const shortestToken = 16;

/** Returns whether a token of this length belongs to one lock only, so that the lock may be released late. */
export function isUniqueToken(token: string): boolean {
  return token.length >= shortestToken;
}

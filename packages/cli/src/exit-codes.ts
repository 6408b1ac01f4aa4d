/** Exit codes of all commands. */
export const exitCodes = {
  /** Everything is healthy, or no threshold was exceeded. */
  well: 0,
  /** A finding is an error, or a threshold was exceeded. */
  broken: 1,
  /** Invalid usage: an unknown flag, a malformed URL, an unreadable plan, a command that does not start. */
  usage: 2,
} as const;

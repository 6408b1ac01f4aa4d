/** The exit codes that all commands have in common. A drill that is stopped exits with 130. */
export const exitCodes = {
  /** Everything is healthy, or no threshold was exceeded. */
  well: 0,
  /** A finding is an error, a threshold was exceeded, or a watched target was not up at the last check. */
  broken: 1,
  /** Invalid usage: an unknown flag, a malformed URL, an unreadable plan, a command that does not start. */
  usage: 2,
} as const;

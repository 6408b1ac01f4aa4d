/** The exit codes of all commands. */
export const exitCodes = {
  /** Healthy, or every threshold was kept. */
  well: 0,
  /** A finding is an error, or a threshold was missed. */
  broken: 1,
  /** Bad usage: an unknown flag, a malformed URL, an unreadable plan, a command that does not start. */
  usage: 2,
} as const;

let bound: string | undefined;

/**
 * Runs `issue`, and binds the commands that it issues synchronously to this database: instead of running on another
 * one, they fail with the outcome `not-applied`. If `database` is undefined, they may run on any.
 */
export function boundTo<T>(database: string | undefined, issue: () => T): T {
  const outer = bound;
  bound = database;
  try {
    return issue();
  } finally {
    bound = outer;
  }
}

/** Returns the database to which a command issued now is bound, if any. */
export function databaseOfCommand(): string | undefined {
  return bound;
}

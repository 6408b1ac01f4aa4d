let bound: string | undefined;

/**
 * Runs `issue`, and restricts the commands that `issue` sends synchronously to this database: on any other, they fail
 * with the outcome `not-applied`. If `database` is undefined, the commands may run on any database.
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

/** Returns the only database on which a command issued now may run; undefined if it may run on any. */
export function databaseOfCommand(): string | undefined {
  return bound;
}

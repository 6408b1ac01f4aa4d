let bound: string | undefined;

/**
 * Runs `issue`, and binds the commands that it issues at once to this database: where they would run on another one, they
 * fail, and did not run. Undefined: they may run on any.
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

/** The database to which a command issued now is bound. */
export function databaseOfCommand(): string | undefined {
  return bound;
}

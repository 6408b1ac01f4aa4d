import type { Operation } from '@redis-resilience/testing/history';

/**
 * Stands for the name of the database if a call was in flight while the client switched to another database.
 */
export const anyDatabase = 'any';

/**
 * Returns the history with one copy of an operation per database if the operation may have run in any of them. The
 * copies have no reply, because the database that sent the reply is not known.
 */
export function perDatabase(
  history: readonly Operation[],
  databases: readonly (string | undefined)[],
): readonly Operation[] {
  return history.flatMap((operation) => {
    if (operation.database !== anyDatabase) return [operation];
    return databases.flatMap((database): Operation[] => {
      if (database === undefined) return [];
      const { result } = operation;
      const isKnown = result.kind === 'failed' || result.kind === 'pending';
      return [{ ...operation, database, result: isKnown ? result : { kind: 'failed', outcome: 'unknown' } }];
    });
  });
}

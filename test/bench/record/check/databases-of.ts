import type { Operation } from '@redis-resilience/testing/history';

/** In place of the name of a database: the call was under way while another one came into use. */
export const anyDatabase = 'any';

/**
 * The history of each database by itself: an operation that may have run in any of them may have run in each, and its
 * answer says nothing.
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

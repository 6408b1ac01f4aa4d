import type { DatabaseInUse, DatabaseReport } from '../database-report.ts';
import { preferredOf, type DatabaseState, type MemberState } from './database-state.ts';
import type { MovableClient } from './movable-client.ts';
import type { Standbys } from './standbys.ts';

/**
 * Returns what is known about each database. What is known of the database in use comes from the main client; what is
 * known of the others comes from their standby connections.
 */
export function databaseReports(
  { members, inUse: nameInUse }: DatabaseState,
  standbys: Standbys,
  main: Pick<MovableClient, 'state' | 'cause'> | undefined,
): readonly DatabaseReport[] {
  const preferred = preferredOf(members).name;
  return members.map(({ name, weight, isReadOnly }) => {
    const inUse = name === nameInUse;
    const own = inUse
      ? { health: main?.state === 'ready' ? ('up' as const) : ('down' as const), cause: main?.cause }
      : undefined;
    return Object.freeze({
      ...standbys.knowledgeOf(name),
      ...own,
      name,
      weight,
      readOnly: isReadOnly,
      inUse,
      preferred: name === preferred,
    });
  });
}

/** Returns the part of a snapshot that describes the database in use. */
export function summaryOf({ members, inUse }: DatabaseState): DatabaseInUse {
  const { name, isReadOnly } = members.find((member) => member.name === inUse) as MemberState;
  return { name, preferred: preferredOf(members).name === name, readOnly: isReadOnly };
}

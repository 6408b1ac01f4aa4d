import type { Contestant } from './contestant.js';
import { allPeers } from './peers/all-peers.js';
import type { PeerKind } from './peers/peer.js';
import type { AnyRow } from './row.js';

/** Returns what a row of the fault table compares: the row's own stacks, or all clients to which the row applies. */
export function contestantsOf(row: AnyRow): readonly Contestant[] {
  const isIn = ({ name, rows }: PeerKind): boolean =>
    (row.only?.includes(name) ?? true) && (rows?.includes(row.name) ?? true);
  return row.stacks ?? allPeers.filter(isIn);
}

/** @throws Error when the row compares no client or stack with this name */
export function contestantNamed(row: AnyRow, name: string): Contestant {
  const contestant = contestantsOf(row).find((each) => each.name === name);
  if (!contestant) throw new Error(`The row "${row.name}" has no "${name}".`);
  return contestant;
}

/** @throws Error when none of the rows compares a client or stack with one of the names */
export function checkNames(rows: readonly AnyRow[], names: readonly string[]): readonly string[] {
  const known = new Set(rows.flatMap((row) => contestantsOf(row).map(({ name }) => name)));
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new Error(`There is no client "${unknown}". There are: ${[...known].join(', ')}`);
  return names;
}

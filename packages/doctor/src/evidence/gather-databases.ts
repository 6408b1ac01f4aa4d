import type { Deadline } from '../deadline.ts';
import type { ResolvedTarget } from '../target/resolve-target.ts';
import type { Evidence } from './evidence.ts';
import { gatherEvidence, type GatherOptions } from './gather.ts';

/** The evidence about one of several databases. */
export interface DatabaseEvidence {
  readonly name: string;
  /** Whether this is the database in use or, if the target is not a RedisResilience, the preferred database. */
  readonly isMain: boolean;
  readonly isReadOnly: boolean;
  readonly evidence: Evidence;
}

/** Gathers evidence about all databases except the main one, concurrently and within one deadline. */
export function gatherOthers(
  { others, client, resilience }: ResolvedTarget,
  options: GatherOptions,
  deadline: Deadline,
): Promise<readonly DatabaseEvidence[]> {
  return Promise.all(
    others.map(async ({ name, isReadOnly, walk }): Promise<DatabaseEvidence> => {
      const place = { walk, database: name, client, resilience, isMain: false };
      return { name, isMain: false, isReadOnly, evidence: await gatherEvidence(place, options, deadline) };
    }),
  );
}

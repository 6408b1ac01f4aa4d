import type { Deadline } from '../deadline.ts';
import type { ResolvedTarget } from '../target/resolve-target.ts';
import type { Evidence } from './evidence.ts';
import { gatherEvidence, type GatherOptions } from './gather.ts';

/** What was gathered of one of several databases. */
export interface DatabaseEvidence {
  readonly name: string;
  /** It is in use; of a target alone, it is the preferred one. */
  readonly isMain: boolean;
  readonly isReadOnly: boolean;
  readonly evidence: Evidence;
}

/** Gathers all evidence of the databases beside the main one, at the same time and within one deadline. */
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

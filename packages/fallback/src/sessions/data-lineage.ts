/** Identifies the history of a server's data, with values that the server reports in INFO. */
export interface DataLineage {
  readonly runId: string;
  readonly replicationId: string;
  /**
   * The replication id that the same data had before: after a failover, that of the former primary; after a start from
   * disk, that of the snapshot.
   */
  readonly previousReplicationId: string | undefined;
}

/**
 * What became of the data that a server had at an earlier contact. `kept`: the server still has it. `lost`: the server
 * has lost it. `unknown`: neither can be proved.
 */
export type LineageVerdict = 'kept' | 'lost' | 'unknown';

/** Reads the lineage from a reply to INFO. Returns undefined if the reply does not contain it. */
export function lineageOf(info: string): DataLineage | undefined {
  const fields = new Map(info.split(/\r?\n/).map((line) => line.split(':', 2) as [string, string]));
  const runId = fields.get('run_id');
  const replicationId = fields.get('master_replid');
  if (runId === undefined || replicationId === undefined) return undefined;
  return { runId, replicationId, previousReplicationId: fields.get('master_replid2') };
}

/**
 * Judges whether a server still has the data of an earlier contact. `known` is the lineage at that contact, and
 * `present` the current one. `witness` is the value of a key in Redis. That key is written only when it is missing, and
 * its value begins with the replication id at that time. If the server has lost its data, the key is missing, or its
 * value begins with the present id. If the server has loaded its data from disk under a new id, the value still begins
 * with an older id.
 */
export function judgeLineage(
  known: DataLineage | undefined,
  present: DataLineage | undefined,
  witness: string | null,
): LineageVerdict {
  if (known === undefined || present === undefined) return 'unknown';
  const { replicationId } = known;
  if (present.runId === known.runId) return 'kept';
  const isContinued =
    replicationId === present.replicationId || replicationId === present.previousReplicationId;
  if (isContinued) return 'kept';
  return witness === null || witness.startsWith(present.replicationId) ? 'lost' : 'kept';
}

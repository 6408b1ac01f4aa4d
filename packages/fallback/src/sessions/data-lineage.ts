/** Identifies the history of a server's data, with values that the server reports in INFO. */
export interface DataLineage {
  readonly runId: string;
  readonly replicationId: string;
  /**
   * The previous replication id of the same data: after a failover, the id of the former primary; after a start from
   * disk, the id in the snapshot.
   */
  readonly previousReplicationId: string | undefined;
}

/**
 * Whether a server still has the data that it had when this process last reached it. `kept`: the server still has the
 * data. `lost`: the server has lost the data. `unknown`: neither can be proved.
 */
export type LineageVerdict = 'kept' | 'lost' | 'unknown';

/** Reads the lineage from a reply to INFO. Returns undefined if the reply contains no run id or no replication id. */
export function lineageOf(info: string): DataLineage | undefined {
  const fields = new Map(info.split(/\r?\n/).map((line) => line.split(':', 2) as [string, string]));
  const runId = fields.get('run_id');
  const replicationId = fields.get('master_replid');
  if (runId === undefined || replicationId === undefined) return undefined;
  return { runId, replicationId, previousReplicationId: fields.get('master_replid2') };
}

/**
 * Judges whether a server still has the data that it had when its lineage was `known`; `present` is its lineage now.
 * `witness` is the value of the witness key, a key in Redis that each instance of the application writes only if the
 * key is missing. The value of the witness key begins with the replication id that the server had when the key was
 * written. If the server has lost its data, the witness key is missing, or an instance has written it again, so that
 * its value begins with the present replication id. If the server has loaded its data from disk, the server may have a
 * new replication id, but the value of the witness key still begins with an earlier replication id.
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

/** Identifies the history of the data that a server holds, as its INFO reports it. */
export interface DataLineage {
  readonly runId: string;
  readonly replicationId: string;
  /**
   * Replication id of the history that this history continues: the former primary's, or that of a snapshot from disk.
   */
  readonly previousReplicationId: string | undefined;
}

/** Whether the data of an earlier contact is still there; `unknown` if neither can be proved. */
export type LineageVerdict = 'kept' | 'lost' | 'unknown';

/** Returns undefined if the reply does not say, for example because the Redis user may not run INFO. */
export function lineageOf(info: string): DataLineage | undefined {
  const fields = new Map(info.split(/\r?\n/).map((line) => line.split(':', 2) as [string, string]));
  const runId = fields.get('run_id');
  const replicationId = fields.get('master_replid');
  if (runId === undefined || replicationId === undefined) return undefined;
  return { runId, replicationId, previousReplicationId: fields.get('master_replid2') };
}

/**
 * Compares the lineage of an earlier contact with the present one. The witness is a key whose value begins with the
 * replication id under which it was written; it is written only if it is missing. A server that has loaded its data
 * from disk has a new history, but its witness key still begins with an older replication id.
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

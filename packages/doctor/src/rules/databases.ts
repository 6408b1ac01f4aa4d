import type { DatabaseEvidence } from '../evidence/gather-databases.ts';
import { error, info, warning, type Finding } from '../finding.ts';

/** What is known about one database, for a comparison with the others. */
interface Sign {
  readonly name: string;
  readonly isReadOnly: boolean;
  readonly runId: string | undefined;
  /**
   * The ids of the server's replication history. Two servers with an id in common have the same data: one replicates
   * the other, or both replicate a third.
   */
  readonly replicationIds: readonly string[];
  readonly isReplica: boolean;
  readonly keys: number | undefined;
  /** How far the server's clock is ahead of the clock of this process. */
  readonly aheadMs: number | undefined;
  /** The margin of error of `aheadMs`: how long the server took to reply. */
  readonly uncertainMs: number;
}

const skewMs = 1000;
const nobody = /^0+$/;

/** Reports problems between two databases, for each pair of them. */
export function pairFindings(databases: readonly DatabaseEvidence[]): readonly Finding[] {
  const signs = databases.flatMap((database) => signOf(database) ?? []);
  return signs.flatMap((other, index) => signs.slice(0, index).flatMap((one) => compared(one, other)));
}

function compared(one: Sign, other: Sign): readonly Finding[] {
  if (one.runId !== undefined && one.runId === other.runId) return [sameServer(one, other)];
  return [differentData(one, other), clockSkew(one, other)].filter((found) => found !== undefined);
}

function sameServer(one: Sign, other: Sign): Finding {
  return error(
    'same-server',
    'Two databases are one server: they are away together, and nothing could take over.',
    { databases: [one.name, other.name], runId: one.runId },
    'Give each database a server of its own; a load balancer may lead two addresses to one.',
  );
}

// Reports two databases that hold different data, because neither replicates the other. The only comparison of data is
// the number of keys: different numbers prove different data, equal numbers prove nothing.
function differentData(one: Sign, other: Sign): Finding | undefined {
  const isRelated = one.replicationIds.some((id) => other.replicationIds.includes(id));
  if (isRelated || one.keys === undefined || other.keys === undefined) return undefined;
  const facts = {
    databases: [one.name, other.name],
    keys: [one.keys, other.keys].map(String),
  };
  const readOnly = [one, other].find(({ isReadOnly }) => isReadOnly);
  if (readOnly !== undefined) {
    return warning(
      'different-data',
      readOnly.isReplica
        ? 'A read-only database is a replica of another server than the database that it stands in for: its answers are those of other data.'
        : 'A read-only database is no replica: its answers are those of other data.',
      facts,
      'Make it a replica of the database that takes writes (REPLICAOF), or leave readOnly out.',
    );
  }
  if (one.keys === other.keys) return undefined;
  return info(
    'different-data',
    'Two databases do not replicate each other as far as they tell, and hold different numbers of keys: what was ' +
      'written to one is not in the other.',
    facts,
    'Right for a cache. For anything else, use databases that replicate each other, or a replica with readOnly.',
  );
}

function clockSkew(one: Sign, other: Sign): Finding | undefined {
  if (one.aheadMs === undefined || other.aheadMs === undefined) return undefined;
  const apartMs = Math.abs(one.aheadMs - other.aheadMs);
  if (apartMs - one.uncertainMs - other.uncertainMs < skewMs) return undefined;
  return warning(
    'clock-skew',
    'The clocks of two databases are apart: what expires at a given time expires earlier on one of them.',
    { databases: [one.name, other.name], apartMs: Math.round(apartMs) },
    'Compare TIME on both, and let NTP or chrony set the clocks.',
  );
}

function signOf({ name, isReadOnly, evidence }: DatabaseEvidence): Sign | undefined {
  const node = evidence.nodes.find(({ part, server }) => part !== 'sentinel' && server !== undefined);
  if (node?.server === undefined) return undefined;
  const { info: fields, answeredAt, durationMs } = node.server;
  const ids = [fields['master_replid'], fields['master_replid2']];
  const time = Number(fields['server_time_usec']) / 1000;
  return {
    name,
    isReadOnly,
    runId: fields['run_id'],
    replicationIds: ids.filter((id) => id !== undefined && !nobody.test(id)) as string[],
    isReplica: fields['role'] === 'slave',
    keys: keysOf(fields, evidence.target.database),
    aheadMs: Number.isFinite(time) ? time - answeredAt : undefined,
    uncertainMs: durationMs,
  };
}

/** Returns the number of keys in a database; undefined if INFO was refused. INFO does not list an empty database. */
function keysOf(fields: Readonly<Record<string, string>>, database: number): number | undefined {
  if (fields['run_id'] === undefined) return undefined;
  return Number(/keys=(\d+)/.exec(fields[`db${database}`] ?? '')?.[1] ?? 0);
}

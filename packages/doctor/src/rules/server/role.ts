import { error, info, warning } from '../../finding.ts';
import { redisCli } from '../redis-cli.ts';
import { onEachNode } from '../rule.ts';

/** Reports that the server is a replica: as an error where a primary is expected, otherwise as information. */
export const roleRule = onEachNode((node, evidence) => {
  const { server, part } = node;
  if (server === undefined || evidence.cluster !== undefined || part === 'replica' || part === 'sentinel') {
    return undefined;
  }
  const role = server.role ?? server.info['role'];
  const isReadOnly = (server.writeError ?? '').startsWith('READONLY');
  if (role !== 'slave' && !isReadOnly) return undefined;
  const facts = {
    role: 'replica',
    primary:
      server.info['master_host'] === undefined
        ? undefined
        : `${server.info['master_host']}:${server.info['master_port']}`,
    link: server.info['master_link_status'],
  };
  const next = redisCli(node, evidence, 'ROLE');
  if (evidence.target.role === 'any') {
    return info('read-only', 'This is a replica: reads work, writes are refused.', facts, next);
  }
  if (!isReadOnly && server.config['replica-read-only'] === 'no') {
    const message = 'This is a replica that accepts writes; they are lost at its next synchronisation.';
    return error('writable-replica', message, facts, next);
  }
  return error(
    'read-only',
    'This is a replica where a primary is expected: reads work, writes are refused.',
    facts,
    'Connect to its primary, or through Sentinel.',
  );
});

/** Reports that a replica has lost the connection to its primary, or is still copying the dataset of its primary. */
export const replicationLinkRule = onEachNode((node, evidence) => {
  const { server } = node;
  const fields = server?.info ?? {};
  if (fields['role'] !== 'slave' || fields['master_link_status'] !== 'down') return undefined;
  const isSyncing = fields['master_sync_in_progress'] === '1';
  return warning(
    'replication-link',
    isSyncing
      ? 'The replica is copying the dataset of its primary and is not yet up to date.'
      : 'The replica has no link to its primary and is falling behind.',
    {
      primary: `${fields['master_host']}:${fields['master_port']}`,
      downSeconds: Number(fields['master_link_down_since_seconds'] ?? 0),
    },
    redisCli(node, evidence, 'INFO replication'),
  );
});

const lagSeconds = 5;
const lagBytes = 8 * 1024 * 1024;

/** Reports replicas that are more than 5 seconds or 8 MB behind, as their primary sees it. */
export const replicaLagRule = onEachNode((node, evidence) => {
  const fields = node.server?.info ?? {};
  if (fields['role'] !== 'master') return undefined;
  const offset = Number(fields['master_repl_offset'] ?? 0);
  const replicas = Object.entries(fields).filter(([name]) => /^slave\d+$/.test(name));
  const behind = replicas.filter(([, text]) => isBehind(text, offset)).map(([, text]) => text.slice(0, 120));
  if (behind.length === 0) return undefined;
  return warning(
    'replica-lag',
    'A replica is far behind its primary; a failover to it would lose the writes it lacks.',
    { replicas: replicas.length, behind },
    redisCli(node, evidence, 'INFO replication'),
  );
});

function isBehind(text: string, offset: number): boolean {
  const lag = Number(/lag=(-?\d+)/.exec(text)?.[1] ?? 0);
  const at = Number(/offset=(\d+)/.exec(text)?.[1] ?? offset);
  const isOnline = /state=online/.test(text);
  return isOnline && (lag > lagSeconds || offset - at > lagBytes);
}

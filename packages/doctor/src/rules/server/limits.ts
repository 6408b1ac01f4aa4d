import { info, warning } from '../../finding.ts';
import { redisCli } from '../redis-cli.ts';
import { onAll, onEachNode } from '../rule.ts';
import { command } from '../command.ts';

const nearlyAll = 0.8;
const reserved = 32;

/** Reports that the server is close to `maxclients`, or has refused connections because of it. */
export const clientsLimitRule = onEachNode((node, evidence) => {
  const fields = node.server?.info ?? {};
  const limit = Number(fields['maxclients'] ?? node.server?.config['maxclients'] ?? 0);
  const connected = Number(fields['connected_clients'] ?? 0);
  const rejected = Number(fields['rejected_connections'] ?? 0);
  const facts = { connected, limit, rejected };
  const next = redisCli(node, evidence, 'CLIENT LIST');
  if (limit > 0 && connected >= limit * nearlyAll) {
    return warning('max-clients', 'The server is near its limit of connections.', facts, next);
  }
  if (rejected === 0) return undefined;
  const message =
    'The server has turned away connections since it started, because it had reached maxclients.';
  return info('max-clients', message, facts, next);
});

/** Reports that the Redis process may not open enough files for all its connections, each of which needs one. */
export const fileDescriptorsRule = onAll(({ host, nodes, target }) => {
  const serving = host?.serving;
  const node = nodes.find(({ endpoint }) => endpoint === target.endpoints[0]);
  if (serving?.maxOpenFiles === undefined) return undefined;
  const { openFiles = 0, maxOpenFiles, pid } = serving;
  const wanted = Number(node?.server?.info['maxclients'] ?? 0) + reserved;
  const facts = { openFiles, maxOpenFiles, maxclients: wanted - reserved, pid };
  if (openFiles >= maxOpenFiles * nearlyAll || (wanted > reserved && maxOpenFiles < wanted)) {
    return warning(
      'file-descriptors',
      'The Redis process may not open enough files for all the connections it should accept.',
      facts,
      command`prlimit --pid ${pid} --nofile; then LimitNOFILE= in its unit`,
    );
  }
  return undefined;
});

/** Reports that `maxmemory` is not set, or that the server has evicted keys. */
export const evictionRule = onEachNode((node, evidence) => {
  const { server, part } = node;
  if (server === undefined || part === 'sentinel' || server.info['used_memory'] === undefined)
    return undefined;
  const limit = Number(server.info['maxmemory'] ?? 0);
  const policy = server.info['maxmemory_policy'] ?? 'noeviction';
  const evicted = Number(server.info['evicted_keys'] ?? 0);
  const facts = { limitBytes: limit, policy, evictedKeys: evicted };
  const next = redisCli(node, evidence, 'CONFIG GET maxmemory*');
  if (limit === 0) {
    const message = 'No memory limit is set; a growing dataset ends in swapping or with the OOM killer.';
    return info('eviction', message, facts, next);
  }
  return evicted === 0
    ? undefined
    : info('eviction', 'The server has evicted keys to make room for others.', facts, next);
});

const fragmentationRatio = 1.5;
const fragmentationBytes = 32 * 1024 * 1024;

/** Reports memory fragmentation, that is, that the process holds far more memory than its data needs. */
export const fragmentationRule = onEachNode((node, evidence) => {
  const fields = node.server?.info ?? {};
  const ratio = Number(fields['mem_fragmentation_ratio'] ?? 1);
  const bytes = Number(fields['mem_fragmentation_bytes'] ?? 0);
  if (ratio < fragmentationRatio || bytes < fragmentationBytes) return undefined;
  return warning(
    'memory-fragmentation',
    'The process holds far more memory than its data needs.',
    { ratio, bytes, usedBytes: Number(fields['used_memory'] ?? 0) },
    redisCli(node, evidence, 'CONFIG SET activedefrag yes'),
  );
});

import { ErrorReply } from '@redis-resilience/core/protocol';
import type { ServerEvidence } from '../../evidence/node/server.ts';
import { error, warning, type Finding } from '../../finding.ts';
import { redisCli } from '../redis-cli.ts';
import { onEachNode } from '../rule.ts';
import { command } from '../command.ts';

/** Reports that too few replicas are in sync, so that the server refuses writes with NOREPLICAS. */
export const tooFewReplicasRule = onEachNode((node, evidence) => {
  const { server } = node;
  if (server === undefined) return undefined;
  const good = server.info['min_slaves_good_slaves'];
  const wanted = server.config['min-replicas-to-write'];
  const isShort = good !== undefined && Number(good) < Number(wanted ?? 1);
  if (!isShort && !refusesWrites(server, 'NOREPLICAS')) return undefined;
  return error(
    'too-few-replicas',
    'The server refuses writes: fewer replicas are in sync than min-replicas-to-write asks for.',
    { good: numberOf(good), wanted: numberOf(wanted), connected: numberOf(server.info['connected_slaves']) },
    redisCli(node, evidence, 'INFO replication'),
  );
});

/**
 * Reports that the server could not save its dataset. The finding is an error if the server refuses writes with
 * MISCONF, and a warning if the server still accepts writes.
 */
export const persistenceRule = onEachNode((node, evidence): Finding | undefined => {
  const { server, ping } = node;
  if (server === undefined) return undefined;
  const { info, config } = server;
  const isRefused =
    refusesWrites(server, 'MISCONF') || (ping instanceof ErrorReply && ping.code === 'MISCONF');
  const rdbFailed = info['rdb_last_bgsave_status'] === 'err';
  const aofFailed = info['aof_last_write_status'] === 'err';
  const facts = {
    rdbLastStatus: info['rdb_last_bgsave_status'],
    aofLastWrite: info['aof_enabled'] === '1' ? info['aof_last_write_status'] : undefined,
    changesSinceSave: numberOf(info['rdb_changes_since_last_save']),
    lastSave: lastSaveOf(info['rdb_last_save_time']),
    dir: config['dir'],
    log: node.part === 'target' ? evidence.host?.log?.lastError : undefined,
  };
  const next = command`Look at disk space and rights: df -h ${config['dir'] ?? 'DIR'}; ls -ld ${config['dir'] ?? 'DIR'}`;
  const forkFailed = /fork|cannot allocate memory/i.test(facts.log ?? '');
  if (isRefused) {
    const message = forkFailed
      ? 'The server refuses writes: it has too little memory to fork and save its dataset.'
      : 'The server refuses writes: it cannot persist its dataset to disk.';
    return error('persistence', message, facts, forkFailed ? 'sysctl vm.overcommit_memory=1' : next);
  }
  if (rdbFailed && forkFailed) {
    const message = 'The last save failed: the server has too little memory to fork.';
    return warning('fork-failing', message, facts, 'sysctl vm.overcommit_memory=1');
  }
  if (!rdbFailed && !aofFailed && info['aof_last_bgrewrite_status'] !== 'err') return undefined;
  const message = 'The last attempt to persist the dataset failed; writes are still accepted.';
  return warning('persistence', message, { ...facts, aofRewrite: info['aof_last_bgrewrite_status'] }, next);
});

/** Reports that the memory is full, so that writes are refused, or that the memory will soon be full. */
export const memoryRule = onEachNode((node, evidence): Finding | undefined => {
  const { server } = node;
  if (server === undefined) return undefined;
  const { info, config } = server;
  const limit = Number(info['maxmemory'] ?? config['maxmemory'] ?? 0);
  const used = Number(info['used_memory'] ?? 0) - Number(info['mem_not_counted_for_evict'] ?? 0);
  const policy = info['maxmemory_policy'] ?? config['maxmemory-policy'] ?? 'noeviction';
  const cannotEvict =
    policy === 'noeviction' || (policy.startsWith('volatile') && keysWithExpiry(info) === 0);
  const facts = { usedBytes: used, limitBytes: limit, policy };
  const next = redisCli(node, evidence, 'MEMORY DOCTOR');
  const isOver = limit > 0 && used > limit && cannotEvict;
  if (refusesWrites(server, 'OOM') || (isOver && server.writeError !== undefined)) {
    return error(
      'out-of-memory',
      'The server refuses writes: its memory is full, and its eviction policy frees none.',
      facts,
      'Raise maxmemory, choose an evicting maxmemory-policy, or delete keys.',
    );
  }
  if (limit > 0 && cannotEvict && used > limit * nearlyFull) {
    const message =
      'The memory is nearly full, and the eviction policy frees none; writes will soon be refused.';
    return warning('out-of-memory', message, { ...facts, usedRatio: ratio(used, limit) }, next);
  }
  return undefined;
});

const nearlyFull = 0.9;

function refusesWrites(server: ServerEvidence, code: string): boolean {
  return server.writeError?.startsWith(`${code} `) === true;
}

function keysWithExpiry(info: Readonly<Record<string, string>>): number {
  return Object.entries(info)
    .filter(([name]) => /^db\d+$/.test(name))
    .reduce((sum, [, text]) => sum + Number(/expires=(\d+)/.exec(text)?.[1] ?? 0), 0);
}

function lastSaveOf(seconds: string | undefined): string | undefined {
  return seconds === undefined ? undefined : new Date(Number(seconds) * 1000).toISOString();
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function ratio(part: number, whole: number): number {
  return Math.round((part / whole) * 100) / 100;
}

import { connect } from 'node:net';
import { startRedis, waitFor, freePort, type RedisServer } from '@redis-resilience/testing';
import type { Laboratory } from '../laboratory.ts';
import { isDiagnosed } from '../own-server.ts';

/** A server that runs but rejects some or all commands. */
export async function states(laboratory: Laboratory): Promise<void> {
  await loading(laboratory);
  await busy(laboratory);
  await paused(laboratory);
  await replicas(laboratory);
  await memory(laboratory);
}

async function loading(laboratory: Laboratory): Promise<void> {
  await using server = await startRedis({ keep: true });
  await server.restart({ loadingMs: 3000, waitUntil: 'listening' });
  await laboratory.check('the server is loading its dataset', { code: 'loading' }, server.url);
}

async function busy(laboratory: Laboratory): Promise<void> {
  await using server = await startRedis({ config: { 'busy-reply-threshold': 50 } });
  const script = connect(server.port, server.host);
  script.on('error', () => undefined);
  script.write('EVAL "while true do end" 0\r\n');
  await waitFor(() => isDiagnosed(server.url, 'busy'), { timeoutMs: 5000, message: 'the script to be busy' });
  await laboratory.check('a script runs on and on', { code: 'busy' }, server.url);
  script.destroy();
}

async function paused(laboratory: Laboratory): Promise<void> {
  await using server = await startRedis();
  await server.command('CLIENT', 'PAUSE', 60_000, 'WRITE');
  await laboratory.check('writes are paused', { code: 'stalled', words: /holds back writes/ }, server.url, {
    timeoutMs: 1000,
  });
  await server.command('CLIENT', 'UNPAUSE');
  await server.command('CLIENT', 'PAUSE', 2500, 'WRITE');
  await laboratory.check(
    'writes were paused for a moment',
    { code: 'stalled', severity: 'warning', words: /held back writes/ },
    server.url,
    { timeoutMs: 8000 },
  );
}

async function replicas(laboratory: Laboratory): Promise<void> {
  await using primary = await startRedis({ config: { 'min-replicas-max-lag': 10 } });
  await using replica = await startRedis({ replicaOf: { host: primary.host, port: primary.port } });
  await waitFor(async () => (await replica.info('replication'))['master_link_status'] === 'up');
  await laboratory.check('a replica in the place of a primary', { code: 'read-only' }, replica.url);
  await laboratory.check('healthy, a replica where any will do', { code: 'healthy' }, replica.url, {
    role: 'any',
  });
  await replica.command('CONFIG', 'SET', 'replica-read-only', 'no');
  await laboratory.check('a replica that takes writes', { code: 'writable-replica' }, replica.url);
  await primary.command('CONFIG', 'SET', 'min-replicas-to-write', 3);
  await laboratory.check('too few replicas', { code: 'too-few-replicas' }, primary.url);
  await primary.command('CONFIG', 'SET', 'min-replicas-to-write', 0);
  await laboratory.check('healthy, a primary with a replica', { code: 'healthy' }, primary.url);
  await replica.command('CONFIG', 'SET', 'replica-read-only', 'yes');
  await orphan(laboratory, replica);
}

async function orphan(laboratory: Laboratory, replica: RedisServer): Promise<void> {
  await replica.command('REPLICAOF', '127.0.0.1', await freePort());
  await waitFor(async () => (await replica.info('replication'))['master_link_status'] === 'down');
  await laboratory.check(
    'a replica without its primary',
    { code: 'replication-link', severity: 'warning' },
    replica.url,
    { role: 'any' },
  );
  await replica.command('CONFIG', 'SET', 'replica-serve-stale-data', 'no');
  await laboratory.check('a replica that refuses stale data', { code: 'replica-stale' }, replica.url);
}

async function memory(laboratory: Laboratory): Promise<void> {
  await using server = await startRedis();
  await server.command('SET', 'filler', 'x'.repeat(16 * 1024 * 1024));
  // For a moment, `used_memory` still includes the buffer that received the value.
  let used = Infinity;
  await waitFor(async () => (used = Number((await server.info('memory'))['used_memory'])) < 24 * 1024 * 1024);
  await server.command('CONFIG', 'SET', 'maxmemory', used + 1024 * 1024);
  await laboratory.check('memory nearly full', { code: 'out-of-memory', severity: 'warning' }, server.url);
  await server.command('CONFIG', 'SET', 'maxmemory', Math.round(used / 2));
  await laboratory.check('memory full, nothing evicted', { code: 'out-of-memory' }, server.url);
  await server.command('CONFIG', 'SET', 'maxmemory-policy', 'volatile-lru');
  await laboratory.check('memory full, no key that may be evicted', { code: 'out-of-memory' }, server.url);
}

import { startCluster, startRedis, waitFor } from '@redis-resilience/testing';
import type { Laboratory } from '../laboratory.ts';
import { isDiagnosed } from '../own-server.ts';

/** Conditions of a Cluster that loses its nodes one after the other. */
export async function clusters(laboratory: Laboratory): Promise<void> {
  await using cluster = await startCluster({ nodes: 4, replicas: 0 });
  const target = { cluster: cluster.addresses };
  const [first, second, third] = cluster.nodes;
  if (first === undefined || second === undefined || third === undefined) throw new Error('too few nodes');
  await laboratory.check('healthy, a Cluster', { code: 'healthy' }, target);
  await laboratory.check('healthy, a node of a Cluster', { code: 'healthy' }, first.url);
  await laboratory.check(
    'the bus port of a Cluster node',
    { code: 'protocol', words: /bus port/ },
    `redis://127.0.0.1:${first.port + 10_000}`,
  );
  await second.freeze();
  await laboratory.check('a primary of the Cluster hangs', { code: 'handshake-timeout' }, target, {
    timeoutMs: 1200,
  });
  second.thaw();
  await cluster.waitUntilOk();
  await using stranger = await startRedis({ cluster: true });
  await laboratory.check(
    'a Cluster node that was never joined',
    { code: 'cluster-down', words: /never joined/ },
    stranger.url,
  );
  await Promise.all(
    cluster.nodes.map((node) => node.command('CLUSTER', 'DELSLOTS', 0).catch(() => undefined)),
  );
  const url = `redis+cluster://127.0.0.1:${first.port}`;
  await waitFor(() => isDiagnosed(url, 'cluster-down'), { timeoutMs: 5000 });
  await laboratory.check('a slot that no node serves', { code: 'cluster-down', words: /no node/ }, target);
  await first.command('CLUSTER', 'ADDSLOTS', 0);
  await cluster.waitUntilOk();
  await third.kill();
  await waitFor(() => isDiagnosed(url, 'cluster-down'), { timeoutMs: 10_000 });
  await laboratory.check('a primary is away, without a replica', { code: 'cluster-down' }, target);
  await cluster.killAll();
  await laboratory.check('no node of the Cluster answers', { code: 'connection-refused' }, target);
}

import { slotCount } from '@redis-resilience/core/protocol';
import type { RedisServer } from '../server/redis-server.ts';
import { waitFor } from '../wait-for.ts';
import { knownPorts } from './cluster-view.ts';

/**
 * Joins new nodes into one cluster, with the same commands as `redis-cli --cluster create` but without its pauses. The
 * slots are divided among the first `primaries` nodes; the others become their replicas in turn.
 */
export async function joinCluster(nodes: readonly RedisServer[], primaries: number): Promise<void> {
  const ids = await Promise.all(nodes.map(async (node) => String(await node.command('CLUSTER', 'MYID'))));
  await Promise.all(nodes.map((node, index) => node.command('CLUSTER', 'SET-CONFIG-EPOCH', index + 1)));
  await Promise.all(nodes.slice(0, primaries).map((node, index) => giveSlots(node, index, primaries)));
  await Promise.all(nodes.flatMap((node) => nodes.map((other) => meet(node, other))));
  await waitFor(() => allMet(nodes), {
    timeoutMs: 10_000,
    intervalMs: 20,
    message: 'the cluster nodes to meet',
  });
  await Promise.all(
    nodes
      .slice(primaries)
      .map((node, index) => node.command('CLUSTER', 'REPLICATE', ids[index % primaries] ?? '')),
  );
}

async function giveSlots(node: RedisServer, index: number, primaries: number): Promise<void> {
  const first = Math.floor((index * slotCount) / primaries);
  const end = Math.floor(((index + 1) * slotCount) / primaries);
  await node.command(
    'CLUSTER',
    'ADDSLOTS',
    ...Array.from({ length: end - first }, (_, offset) => first + offset),
  );
}

async function meet(node: RedisServer, other: RedisServer): Promise<void> {
  if (node !== other) await node.command('CLUSTER', 'MEET', other.host, other.port);
}

async function allMet(nodes: readonly RedisServer[]): Promise<boolean> {
  const known = await Promise.all(nodes.map(knownPorts));
  return known.every((ports) => ports.length === nodes.length);
}

import type { RedisServer } from '../server/redis-server.ts';

/** A range of slots, and the ports of the primary and the replicas that serve it. */
export interface SlotRange {
  readonly first: number;
  readonly last: number;
  readonly primaryPort: number;
  readonly replicaPorts: readonly number[];
}

/** Returns all ranges of slots and the nodes that serve them, as `node` sees them. */
export async function slotRanges(node: RedisServer): Promise<readonly SlotRange[]> {
  const ranges = (await node.command('CLUSTER', 'SLOTS')) as [number, number, ...[string, number][]][];
  return ranges.map(([first, last, primary, ...replicas]) => ({
    first,
    last,
    primaryPort: primary?.[1] ?? 0,
    replicaPorts: replicas.map(([, port]) => port),
  }));
}

/** Returns the ports of the nodes that `node` knows, except nodes with which it is still shaking hands. */
export async function knownPorts(node: RedisServer): Promise<readonly number[]> {
  const lines = String(await node.command('CLUSTER', 'NODES'))
    .trim()
    .split('\n');
  const met = lines.filter((line) => !line.includes('handshake'));
  return met.map((line) => Number(/:(\d+)@/.exec(line)?.[1]));
}

/** Whether `node` believes that the cluster serves every slot. */
export async function isStateOk(node: RedisServer): Promise<boolean> {
  return String(await node.command('CLUSTER', 'INFO')).includes('cluster_state:ok');
}

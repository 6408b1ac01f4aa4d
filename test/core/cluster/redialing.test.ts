import { expect, it } from 'vitest';
import type { NodeDialers } from '../../../packages/core/src/cluster/nodes/node-dialers.ts';
import { Redialing } from '../../../packages/core/src/cluster/nodes/redialing.ts';
import type { WatchedNodes } from '../../../packages/core/src/cluster/nodes/watched-nodes.ts';
import { PartOutages } from '../../../packages/core/src/cluster/part-outages.ts';
import type { ClusterDriver } from '../../../packages/core/src/driver/cluster-driver.ts';

/** Returns the addresses that are dialed while these nodes of a Cluster are lost. */
function dialedWhile(lost: readonly string[]): readonly string[] {
  const owners = new Set(Array.from({ length: 20 }, (_, index) => `primary:${index}`));
  const replicaOf = (owner: string): string => owner.replace('primary', 'replica');
  const dialed: string[] = [];
  const cluster = {
    isReady: true,
    owners: () => owners,
    serving: () => new Set([...owners, ...[...owners].map(replicaOf)]),
    replicasOf: (owner: string) => (owners.has(owner) ? [replicaOf(owner)] : []),
    connectTo: (address: string) => void dialed.push(address),
  } as unknown as ClusterDriver;
  const dialers = { of: () => ({ refusal: () => undefined }) } as unknown as NodeDialers;
  const outages = new PartOutages(1_000);
  for (const address of lost) outages.lost(address, 'connection-refused', true, 0);
  new Redialing(cluster, dialers, {} as WatchedNodes, outages).dial();
  return dialed;
}

const replicas = Array.from({ length: 9 }, (_, index) => `replica:${index + 5}`);

it('the replica of a lost primary is dialed, also while many replicas are lost', () => {
  expect(dialedWhile(['primary:1'])).toEqual(['primary:1', 'replica:1']);
  expect(dialedWhile(['primary:1', ...replicas])).toEqual(['primary:1', ...replicas, 'replica:1']);
});

it('the replicas of lost primaries are not dialed while many primaries are lost', () => {
  const primaries = Array.from({ length: 9 }, (_, index) => `primary:${index}`);
  expect(dialedWhile(primaries)).toEqual(primaries);
});

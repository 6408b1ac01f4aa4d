import type { Cluster } from 'ioredis';
import { ClusterMember } from '../cluster/cluster-member.ts';
import { credentialsHolder, reauthenticate } from '../connection/reauthenticate.ts';
import type { Engine } from './engine.ts';
import { interceptClusterDuplicate } from '../ioredis/cluster-client.ts';
import * as lifecycle from '../ioredis/lifecycle.ts';
import { markProtected } from '../ioredis/client.ts';
import { Members } from './members.ts';

/** Protects a cluster client, each of its nodes, and every duplicate that is ever made of it. */
export function attachCluster(cluster: Cluster, engine: Engine): Members {
  const { settings } = engine;
  const credentials = credentialsHolder(settings);
  const all = new Set<Cluster>();
  const members = new Members({
    wake: () => lifecycle.wake(cluster),
    async reauthenticate(given) {
      if (given !== undefined) credentials.source = given;
      const nodes = [...all].flatMap((each) => each.nodes());
      await Promise.all(nodes.map((node) => reauthenticate(node, credentials, settings)));
    },
    release: () => undefined,
  });
  const protectOne = (one: Cluster): void => {
    const member = new ClusterMember(one, credentials, engine);
    markProtected(one);
    all.add(one);
    members.add(member);
    interceptClusterDuplicate(one, protectOne);
    one.on('end', () => {
      if (one !== cluster) all.delete(one);
      members.remove(member);
    });
  };
  protectOne(cluster);
  return members;
}

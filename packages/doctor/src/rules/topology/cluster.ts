import { hasAddress, placeOf } from '../../evidence/topology/cluster.ts';
import { error, info, warning } from '../../finding.ts';
import { onAll } from '../rule.ts';
import { command } from '../command.ts';

const allSlots = 16_384;

/** Reports problems with the Cluster as a whole, such as slots that no node serves. */
export const clusterRule = onAll(({ cluster, target, nodes }) => {
  if (cluster === undefined) return undefined;
  const failed = cluster.nodes.filter((node) => node.flags.includes('fail') || !hasAddress(node));
  const facts = {
    seenBy: cluster.seenBy,
    state: cluster.state,
    slotsAssigned: cluster.slotsAssigned,
    slotsUncovered: allSlots - cluster.slotsAssigned,
    slotsFailing: cluster.slotsFailing,
    nodes: cluster.nodes.length,
    failed: failed.map(placeOf),
  };
  const check = command`redis-cli --cluster check ${cluster.seenBy}`;
  const found = [];
  if (cluster.slotsAssigned < allSlots) {
    const message =
      cluster.slotsAssigned === 0
        ? 'No slot of the cluster is assigned: its nodes were never joined, or lost their configuration.'
        : 'Some slots of the cluster are served by no node.';
    found.push(error('cluster-down', message, facts, check.replace('check', 'fix')));
  } else if (cluster.state !== 'ok') {
    const message = 'The cluster is down: a primary failed and no replica could take its place.';
    found.push(error('cluster-down', message, facts, check));
  } else if (cluster.slotsFailing > 0) {
    const message = 'Some slots of the cluster are on a node that the others cannot reach.';
    found.push(error('cluster-down', message, facts, check));
  }
  if (failed.length > 0 && found.length === 0) {
    found.push(warning('cluster-node-failed', 'A node of the cluster has failed.', facts, check));
  }
  const primaries = cluster.nodes.filter(({ primaryId, slots }) => primaryId === undefined && slots > 0);
  const replicas = cluster.nodes.filter(hasAddress);
  const bare = primaries.filter(({ id }) => !replicas.some(({ primaryId }) => primaryId === id));
  if (bare.length > 0) {
    found.push(
      info(
        'cluster-no-replica',
        'A primary of the cluster has no replica; if it fails, its slots are not served.',
        { primaries: bare.map(placeOf) },
        'redis-cli --cluster add-node NEW:PORT ANY:PORT --cluster-slave',
      ),
    );
  }
  if (target.kind === 'standalone') {
    found.push(
      info(
        'cluster-needs-cluster-client',
        'This is a node of a Redis Cluster; a client for a single server gets MOVED for the keys of other nodes.',
        { nodes: nodes.length },
        'Connect with { cluster: [...] }, or redis+cluster://host:port.',
      ),
    );
  }
  return found;
});

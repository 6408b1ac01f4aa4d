import { gatherClusterWalk } from './cluster-walk.ts';
import { gatherNode } from '../node/node.ts';
import { gatherSentinelNames } from './sentinel.ts';
import type { Walk, WalkResult } from './walk.ts';

/** Examines one server. If the server turns out to be a Cluster node, examines the whole Cluster. */
export async function gatherStandaloneWalk(walk: Walk): Promise<WalkResult> {
  const { target, login, isShort, deadline } = walk;
  const [endpoint] = target.endpoints;
  if (endpoint === undefined) return { nodes: [], sentinelViews: [], sentinelNames: [], cluster: undefined };
  let sentinelNames: readonly string[] = [];
  const node = await gatherNode({
    endpoint,
    target,
    login,
    part: 'target',
    isRequired: true,
    isShort,
    deadline,
    onAddresses: (addresses) => walk.onAddresses(endpoint, addresses),
    onConversation: async (conversation, { role, info }) => {
      const isSentinel = role === 'sentinel' || info['redis_mode'] === 'sentinel';
      if (isSentinel) sentinelNames = await gatherSentinelNames(conversation, deadline);
    },
  });
  if (node.server?.cluster === undefined || endpoint.path !== undefined) {
    return { nodes: [node], sentinelViews: [], sentinelNames, cluster: undefined };
  }
  return gatherClusterWalk(walk, [endpoint], node);
}

import { labelOf, type Endpoint } from '../../target/walk-target.ts';
import { gatherCluster, hasAddress, type ClusterEvidence, type ClusterNode } from './cluster.ts';
import { gatherNode, type NodeEvidence } from '../node/node.ts';
import type { Walk, WalkResult } from './walk.ts';

const mostNodes = 64;

/**
 * Examines the nodes of a Cluster: first the configured start nodes (`seeds`), then at most 64 of the other nodes that
 * the first answering start node lists. If there is only one start node, and the doctor has examined it before, `known`
 * is the evidence about it.
 */
export async function gatherClusterWalk(
  walk: Walk,
  seeds: readonly Endpoint[],
  known?: NodeEvidence,
): Promise<WalkResult> {
  const { target, deadline } = walk;
  const views: (ClusterEvidence | undefined)[] = [];
  const bound = deadline.within(deadline.leftMs * 0.6);
  const begun = await Promise.all(
    seeds.map((endpoint, index) =>
      gatherNode({
        endpoint,
        target,
        login: walk.login,
        part: 'target',
        isRequired: false,
        isShort: walk.isShort || known !== undefined,
        deadline: bound,
        onAddresses: (addresses) => walk.onAddresses(endpoint, addresses),
        onConversation: async (conversation) => {
          views[index] = await gatherCluster(labelOf(endpoint), endpoint.host, conversation, bound);
        },
      }),
    ),
  );
  bound.release();
  const view = views.find((each) => each !== undefined && each.nodes.length > 0);
  const isOneThere = begun.some(({ server }) => server !== undefined);
  const first = (known === undefined ? begun : [known]).map((node) => ({
    ...node,
    isRequired: !isOneThere || servesSlots(node, view),
  }));
  if (view === undefined) {
    return { nodes: first, sentinelViews: [], sentinelNames: [], cluster: views.find(Boolean) };
  }
  const others = view.nodes.filter((node) => hasAddress(node) && !isSeed(node, seeds)).slice(0, mostNodes);
  const rest = await Promise.all(
    others.map((node) =>
      gatherNode({
        endpoint: { host: node.host, port: node.port, family: 0 },
        target: { ...target, database: 0 },
        login: walk.login,
        part: node.primaryId === undefined ? 'primary' : 'replica',
        isRequired: node.primaryId === undefined && node.slots > 0,
        isShort: walk.isShort,
        deadline,
      }),
    ),
  );
  return { nodes: [...first, ...rest], sentinelViews: [], sentinelNames: [], cluster: view };
}

// Whether a start node is a primary that owns slots.
function servesSlots({ endpoint }: NodeEvidence, view: ClusterEvidence | undefined): boolean {
  const own = view?.nodes.filter(({ port }) => port === endpoint.port) ?? [];
  const [node] = own.length > 1 ? own.filter(({ host }) => host === endpoint.host) : own;
  return node !== undefined && node.primaryId === undefined && node.slots > 0;
}

function isSeed(node: ClusterNode, seeds: readonly Endpoint[]): boolean {
  return (
    node.flags.includes('myself') ||
    seeds.some(({ host, port }) => port === node.port && (host === node.host || host === 'localhost'))
  );
}

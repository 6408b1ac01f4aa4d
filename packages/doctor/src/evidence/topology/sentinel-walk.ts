import type { Endpoint } from '../../target/walk-target.ts';
import { gatherNode, type NodeEvidence } from '../node/node.ts';
import { gatherSentinelView, type SentinelView } from './sentinel.ts';
import { labelOf } from '../../target/walk-target.ts';
import type { Walk, WalkResult } from './walk.ts';

/** Examines a target behind Sentinel: all sentinels, then the primary that they name, and its replicas. */
export async function gatherSentinelWalk(walk: Walk): Promise<WalkResult> {
  const { target, isShort, deadline } = walk;
  const views: (SentinelView | undefined)[] = [];
  const bound = deadline.within(deadline.leftMs * 0.6);
  const sentinels = await Promise.all(
    target.endpoints.map((endpoint, index) =>
      gatherNode({
        endpoint,
        target: { ...target, tls: target.sentinelTls, database: 0 },
        login: target.sentinelLogin,
        part: 'sentinel',
        isRequired: false,
        isShort: true,
        deadline: bound,
        onAddresses: (addresses) => walk.onAddresses(endpoint, addresses),
        onConversation: async (conversation) => {
          const name = target.primaryName ?? '';
          views[index] = await gatherSentinelView(labelOf(endpoint), name, conversation, bound);
        },
      }),
    ),
  );
  bound.release();
  const sentinelViews = views.filter((view) => view !== undefined);
  const isOneThere = sentinels.some(({ server }) => server !== undefined);
  const named = sentinelViews.find(({ primary }) => primary !== undefined);
  const nodes: NodeEvidence[] = sentinels.map((node) => ({ ...node, isRequired: !isOneThere }));
  if (named?.primary === undefined) return { nodes, sentinelViews, sentinelNames: [], cluster: undefined };
  const family = target.endpoints[0]?.family ?? 0;
  const examine = (
    at: { host: string; port: number },
    part: 'primary' | 'replica',
  ): Promise<NodeEvidence> => {
    const endpoint: Endpoint = { host: at.host, port: at.port, family };
    return gatherNode({
      endpoint,
      target,
      login: walk.login,
      part,
      isRequired: part === 'primary' || target.role === 'any',
      isShort: isShort || part === 'replica',
      deadline,
    });
  };
  const data = await Promise.all([
    examine(named.primary, 'primary'),
    ...named.replicas.map((replica) => examine(replica, 'replica')),
  ]);
  return { nodes: [...nodes, ...data], sentinelViews, sentinelNames: [], cluster: undefined };
}

import type { Deadline } from '../../deadline.ts';
import type { Conversation } from '../../wire/conversation.ts';
import { fieldsOf, textOf } from '../../wire/reply-fields.ts';

/** One node of a Cluster, as another node describes it in its reply to CLUSTER NODES. */
export interface ClusterNode {
  readonly id: string;
  /**
   * The host is empty, and `port` is 0, if the Cluster does not know the address of the node. A node loses its address
   * when another node appears under that address, for example a server that was restarted without its data.
   */
  readonly host: string;
  readonly port: number;
  readonly flags: readonly string[];
  readonly primaryId: string | undefined;
  readonly isLinked: boolean;
  readonly slots: number;
}

/** The state of the Cluster, as one of its nodes sees it. */
export interface ClusterEvidence {
  readonly seenBy: string;
  /** `ok` or `fail`. */
  readonly state: string;
  readonly slotsAssigned: number;
  readonly slotsFailing: number;
  readonly knownNodes: number;
  readonly nodes: readonly ClusterNode[];
}

/** Whether the address of a node is known. */
export function hasAddress({ port }: ClusterNode): boolean {
  return port > 0;
}

/** The text that names a node in a finding: its address, or its id if the address is unknown. */
export function placeOf(node: ClusterNode): string {
  return hasAddress(node) ? `${node.host}:${node.port}` : `${node.id} (no address)`;
}

/** Asks a node for its view of the Cluster; undefined if the node does not reply to CLUSTER INFO. */
export async function gatherCluster(
  seenBy: string,
  host: string,
  conversation: Conversation,
  deadline: Deadline,
): Promise<ClusterEvidence | undefined> {
  const { replies } = await conversation.ask(
    [
      ['CLUSTER', 'INFO'],
      ['CLUSTER', 'NODES'],
    ],
    deadline,
  );
  const [about, nodes] = replies.map(textOf);
  if (about === undefined) return undefined;
  const fields = fieldsOf(about);
  return {
    seenBy,
    state: fields['cluster_state'] ?? 'unknown',
    slotsAssigned: Number(fields['cluster_slots_assigned'] ?? 0),
    slotsFailing: Number(fields['cluster_slots_fail'] ?? 0) + Number(fields['cluster_slots_pfail'] ?? 0),
    knownNodes: Number(fields['cluster_known_nodes'] ?? 0),
    nodes: (nodes ?? '').split('\n').flatMap((line) => nodeOf(line.trim(), host)),
  };
}

function nodeOf(line: string, ownHost: string): ClusterNode[] {
  const [id, address = '', flags = '', primary, , , , link, ...ranges] = line.split(' ');
  const match = /^(.*):(\d+)(?:@\d+)?/.exec(address.split(',')[0] ?? '');
  if (id === undefined || match === null) return [];
  const [, host = '', port] = match;
  return [
    {
      id,
      // A node that has not met any other node does not know its own host, only its port.
      host: host === '' && Number(port) > 0 ? ownHost : host,
      port: Number(port),
      flags: flags.split(','),
      primaryId: primary === '-' ? undefined : primary,
      isLinked: link === 'connected',
      slots: ranges.reduce((sum, range) => sum + widthOf(range), 0),
    },
  ];
}

function widthOf(range: string): number {
  const match = /^(\d+)(?:-(\d+))?$/.exec(range);
  if (match === null) return 0;
  return Number(match[2] ?? match[1]) - Number(match[1]) + 1;
}

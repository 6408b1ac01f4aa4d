import { classifyReply, ErrorReply, type Reply } from '@redis-resilience/core/protocol';
import type { Deadline } from '../../deadline.ts';
import { labelOf, type Endpoint, type Login, type WalkTarget } from '../../target/walk-target.ts';
import { Conversation, type Ending } from '../../wire/conversation.ts';
import { gatherClients, type ClientsEvidence } from './clients.ts';
import { gatherDns, type DnsEvidence } from './dns.ts';
import { gatherLogin, type HelloEvidence, type LoginEvidence } from './login.ts';
import { gatherPeer, plainKindOf, type PeerEvidence } from './peer.ts';
import { gatherRoundTrip, type RoundTripEvidence } from './round-trip.ts';
import { gatherServer, type ServerEvidence } from './server.ts';
import { gatherTcp, type TcpEvidence } from './tcp.ts';
import { gatherTls, type TlsEvidence } from './tls.ts';

/**
 * Where the address of a node comes from. `target`: a server that the target names. `sentinel`: a sentinel that the
 * target names. `primary` and `replica`: servers that a sentinel or a Cluster node named.
 */
export type NodePart = 'target' | 'sentinel' | 'primary' | 'replica';

/**
 * What the doctor found at each step of a connection to one node, such as DNS, TCP, TLS and login. After the first step
 * that failed, the fields of all later steps are undefined.
 */
export interface NodeEvidence {
  readonly label: string;
  readonly endpoint: Endpoint;
  readonly part: NodePart;
  /** Whether the target cannot work without this node. */
  readonly isRequired: boolean;
  readonly dns: DnsEvidence | undefined;
  readonly tcp: TcpEvidence | undefined;
  readonly tls: TlsEvidence | undefined;
  readonly peer: PeerEvidence | undefined;
  readonly login: LoginEvidence | undefined;
  readonly hello: HelloEvidence | undefined;
  /**
   * The reply to the PING after the login. If the doctor did not get as far as the login, or the server closed the
   * connection at HELLO, this is the reply to the PING before the login.
   */
  readonly ping: Reply | undefined;
  /** Why the conversation ended, if it ended before all replies had arrived. */
  readonly ending: Ending | undefined;
  readonly server: ServerEvidence | undefined;
  readonly roundTrip: RoundTripEvidence | undefined;
  readonly clients: ClientsEvidence | undefined;
}

/** What to examine on the path to one node. */
export interface Examination {
  readonly endpoint: Endpoint;
  readonly target: WalkTarget;
  readonly login: Login | undefined;
  readonly part: NodePart;
  readonly isRequired: boolean;
  readonly isShort: boolean;
  readonly deadline: Deadline;
  /** Called after the login and the queries about the server, to send more commands on the same connection. */
  readonly onConversation?: (conversation: Conversation, server: ServerEvidence) => Promise<void>;
  /** Called as soon as the addresses of the endpoint are known. */
  readonly onAddresses?: (addresses: readonly string[]) => void;
}

type Found = { -readonly [Name in keyof NodeEvidence]?: NodeEvidence[Name] };

/** Connects to one node step by step, and stops at the first step that fails. */
export async function gatherNode(examination: Examination): Promise<NodeEvidence> {
  const { endpoint, part, isRequired } = examination;
  const found: Found = {};
  await walk(examination, found);
  return {
    label: labelOf(endpoint),
    endpoint,
    part,
    isRequired,
    dns: found.dns,
    tcp: found.tcp,
    tls: found.tls,
    peer: found.peer,
    login: found.login,
    hello: found.hello,
    ping: found.ping,
    ending: found.ending,
    server: found.server,
    roundTrip: found.roundTrip,
    clients: found.clients,
  };
}

async function walk(examination: Examination, found: Found): Promise<void> {
  const { endpoint, target, deadline } = examination;
  if (endpoint.path === undefined) {
    found.dns = await gatherDns(endpoint, deadline);
    examination.onAddresses?.(found.dns.addresses);
    if (found.dns.addresses.length === 0) return;
  } else examination.onAddresses?.([]);
  const { evidence: tcp, socket: raw } = await gatherTcp(endpoint, found.dns?.addresses ?? [], deadline);
  found.tcp = tcp;
  if (raw === undefined) return;
  let socket = raw;
  const reached = { ...endpoint, host: tcp.connectedTo ?? endpoint.host };
  if (target.tls !== undefined) {
    const { evidence, socket: secured } = await gatherTls(raw, endpoint.host, target.tls, deadline);
    found.tls = evidence;
    if (secured === undefined) {
      if (evidence.code !== undefined) evidence.plainKind = await plainKindOf(reached, deadline);
      return;
    }
    socket = secured;
  }
  const conversation = new Conversation(socket);
  try {
    await converse(examination, found, conversation, reached);
  } finally {
    conversation.close();
  }
}

async function converse(
  examination: Examination,
  found: Found,
  conversation: Conversation,
  reached: Endpoint,
): Promise<void> {
  const { target, login, deadline, isShort } = examination;
  const peer = await gatherPeer(conversation, reached, target, deadline);
  found.peer = peer;
  found.ping = peer.ping;
  found.ending = peer.ending;
  if (peer.kind !== 'redis' || isTurnedAway(peer.ping)) return;
  const loggedIn = await gatherLogin(conversation, login, peer.ping, deadline);
  found.login = loggedIn.login;
  found.hello = loggedIn.hello;
  found.ping = loggedIn.ping ?? (loggedIn.hello.closesConnection ? peer.ping : undefined);
  found.ending = loggedIn.hello.closesConnection ? undefined : loggedIn.ending;
  if (loggedIn.ending !== undefined || isLockedOut(loggedIn.ping)) return;
  found.server = await gatherServer(conversation, target.database, isShort, deadline);
  found.ending = found.server.ending;
  if (found.ending !== undefined) return;
  await examination.onConversation?.(conversation, found.server);
  if (isShort) return;
  const earlier = [peer.durationMs, loggedIn.durationMs];
  found.roundTrip = await gatherRoundTrip(conversation, earlier, deadline);
  const connected = Number(found.server.info['connected_clients'] ?? 0);
  found.clients = await gatherClients(conversation, connected, deadline);
}

function isTurnedAway(ping: Reply | undefined): boolean {
  if (!(ping instanceof ErrorReply)) return false;
  return ping.code === 'DENIED' || classifyReply(ping.message).cause === 'max-clients';
}

function isLockedOut(ping: Reply | undefined): boolean {
  return ping instanceof ErrorReply && ping.code === 'NOAUTH';
}

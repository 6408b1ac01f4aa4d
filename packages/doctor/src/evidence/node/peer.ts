import { ErrorReply, type Reply } from '@redis-resilience/core/protocol';
import type { Deadline } from '../../deadline.ts';
import type { Endpoint, WalkTarget } from '../../target/walk-target.ts';
import { Conversation, type Ending } from '../../wire/conversation.ts';
import { dial } from '../../wire/dial.ts';
import { recognise, type PeerKind } from './peer-kind.ts';

/** The kind of server at the address, recognised by its reply to a PING that is sent before any credentials. */
export interface PeerEvidence {
  readonly kind: PeerKind;
  /**
   * The first line that the peer sent, made printable and shortened. The line cannot contain credentials, because none
   * had been sent to the peer.
   */
  readonly said: string;
  readonly ping: Reply | undefined;
  readonly ending: Ending | undefined;
  readonly durationMs: number;
}

/** Sends PING and, if Redis does not reply, tries to find out what kind of server the peer is. */
export async function gatherPeer(
  conversation: Conversation,
  endpoint: Endpoint,
  target: WalkTarget,
  deadline: Deadline,
): Promise<PeerEvidence> {
  // Some of the remaining time is kept for a second probe. Neither a TLS server nor a server that hangs replies to a
  // plain-text PING, but a TLS server replies to the second probe.
  const bound = deadline.within(Math.max(deadline.leftMs - 600, deadline.leftMs / 2));
  const round = await conversation.ask([['PING']], bound);
  bound.release();
  const [ping] = round.replies;
  const { ending, durationMs } = round;
  const said = printable(conversation.firstBytes);
  let kind = recognise(conversation.firstBytes, ping, ending);
  if (kind === 'unknown' && ending !== undefined && target.tls === undefined) {
    kind = await askOtherwise(endpoint, ending, deadline);
  }
  return { kind, said, ping, ending, durationMs };
}

/** Sends PING in plain text, and returns the kind of server that replies; undefined if no connection can be opened. */
export async function plainKindOf(endpoint: Endpoint, deadline: Deadline): Promise<PeerKind | undefined> {
  const bound = deadline.within(500);
  const { socket } = await dial(endpoint, bound);
  if (socket === undefined) return undefined;
  const conversation = new Conversation(socket);
  const round = await conversation.ask([['PING']], bound);
  conversation.close();
  bound.release();
  return recognise(conversation.firstBytes, round.replies[0], round.ending);
}

// Finds out the kind of a peer that did not reply to PING. TLS servers, PostgreSQL and the cluster bus of Redis never
// reply to PING, so the peer is probed in each of their protocols. A peer that stayed silent is probed only for TLS,
// because PostgreSQL and the cluster bus close the connection when they receive a PING.
async function askOtherwise(endpoint: Endpoint, ending: Ending, deadline: Deadline): Promise<PeerKind> {
  const bound = deadline.within(500);
  const questions: Promise<PeerKind | undefined>[] = [
    opensWith(endpoint, clientHello, isTlsRecord, bound).then((yes) => (yes ? 'tls' : undefined)),
  ];
  if (ending.kind !== 'silent') {
    questions.push(
      opensWith(endpoint, sslRequest, isPostgresAnswer, bound).then((yes) => (yes ? 'postgres' : undefined)),
      isClusterBus(endpoint, bound).then((yes) => (yes ? 'cluster-bus' : undefined)),
    );
  }
  const kinds = await Promise.all(questions);
  bound.release();
  return kinds.find((kind) => kind !== undefined) ?? 'unknown';
}

async function opensWith(
  endpoint: Endpoint,
  opening: Buffer,
  recognises: (bytes: Buffer) => boolean,
  deadline: Deadline,
): Promise<boolean> {
  const { socket } = await dial(endpoint, deadline);
  if (socket === undefined) return false;
  const answer = new Promise<boolean>((resolve) => {
    socket.once('data', (bytes: Buffer) => resolve(recognises(bytes)));
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
  socket.write(opening);
  const yes = await deadline.race(answer, false);
  socket.on('error', () => undefined);
  socket.destroy();
  return yes;
}

// Whether the port is the cluster bus of a Redis Cluster node. The node serves clients on the port 10,000 below its
// bus.
async function isClusterBus(endpoint: Endpoint, deadline: Deadline): Promise<boolean> {
  if (endpoint.path !== undefined || endpoint.port <= 10_000) return false;
  const { socket } = await dial({ host: endpoint.host, port: endpoint.port - 10_000 }, deadline);
  if (socket === undefined) return false;
  const conversation = new Conversation(socket);
  const { replies } = await conversation.ask([['PING'], ['CLUSTER', 'INFO']], deadline);
  conversation.close();
  const [ping, cluster] = replies;
  const isLocked = ping instanceof ErrorReply && ping.code === 'NOAUTH';
  return isLocked || (typeof cluster === 'string' && cluster.includes('cluster_state'));
}

const sslRequest = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

function isPostgresAnswer(bytes: Buffer): boolean {
  return bytes.length === 1 && (bytes[0] === 0x4e || bytes[0] === 0x53);
}

// A TLS handshake record that is too short. A TLS server replies to it with an alert, and the alert shows that the
// server uses TLS.
const clientHello = Buffer.from([0x16, 0x03, 0x01, 0x00, 0x05, 0x01, 0x00, 0x00, 0x01, 0x03]);

function isTlsRecord(bytes: Buffer): boolean {
  return bytes.length > 2 && bytes[0] !== undefined && bytes[0] >= 0x14 && bytes[0] <= 0x17 && bytes[1] === 3;
}

function printable(bytes: Buffer): string {
  const [line = ''] = bytes.toString('latin1').split(/\r?\n/);
  return line.replace(/[^\x20-\x7e]/g, '.').slice(0, 80);
}

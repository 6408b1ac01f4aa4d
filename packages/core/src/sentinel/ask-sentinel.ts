import type { Socket } from 'node:net';
import { endpointKey, type Endpoint, type OpenSocket } from '../handshake/open-socket.ts';
import { ProofError } from '../handshake/proof-error.ts';
import { authCommand } from '../handshake/verify-handshake.ts';
import { classifyReply } from '../replies/reply-error.ts';
import { ErrorReply, type Reply } from '../replies/reply.ts';
import { request } from '../replies/request.ts';
import { addressOf, type SentinelReport } from './agreement.ts';
import type { Replica } from './choose-replica.ts';
import { sentinelCredentials, type SentinelOptions } from './sentinel-options.ts';

/** The reply of one sentinel: the servers that it named, and the other sentinels that it knows. */
export interface SentinelAnswer {
  readonly report: SentinelReport;
  readonly sentinels: readonly Replica[];
}

/**
 * Queries one sentinel.
 *
 * @throws the sentinel's error, for example because it does not know the group
 */
export async function askSentinel(
  sentinel: Endpoint,
  options: SentinelOptions,
  open: OpenSocket,
  signal: AbortSignal,
): Promise<SentinelAnswer> {
  const { name, role } = options;
  const socket = await open(sentinel, { signal, keepAliveMs: 0 });
  try {
    const id = sentinelId(socket, sentinel);
    const credentials = sentinelCredentials(options);
    const auth = credentials === undefined ? [] : [authCommand(credentials)];
    const questions = [
      ['SENTINEL', 'get-master-addr-by-name', name],
      ['SENTINEL', 'replicas', name],
      ['SENTINEL', 'sentinels', name],
    ];
    const replies = await request(socket, [...auth, ...questions], signal);
    const [primary, replicas, sentinels] = replies.slice(auth.length);
    const named = role === 'slave' ? replicasOf(replicas) : [primaryOf(primary)];
    const members = [...named, ...listOf(replicas), ...(isAddress(primary) ? [primaryOf(primary)] : [])];
    return {
      report: {
        id,
        named,
        members: new Set(members.map(addressOf)),
      },
      sentinels: listOf(sentinels),
    };
  } finally {
    socket.on('error', ignore);
    socket.destroy();
  }
}

/**
 * Returns an identifier for a sentinel: its IP address and port, so that a sentinel configured under several names
 * counts once.
 */
export function sentinelId({ remoteAddress, remotePort }: Socket, sentinel: Endpoint): string {
  return remoteAddress === undefined ? endpointKey(sentinel) : `${remoteAddress}:${remotePort}`;
}

function primaryOf(reply: Reply | undefined): Replica {
  if (!isAddress(reply)) throw notKnown(reply);
  return { ip: reply[0], port: reply[1] };
}

function replicasOf(reply: Reply | undefined): Replica[] {
  if (!Array.isArray(reply)) throw notKnown(reply);
  return listOf(reply);
}

function isAddress(reply: Reply | undefined): reply is [string, string] {
  return Array.isArray(reply) && typeof reply[0] === 'string' && typeof reply[1] === 'string';
}

function listOf(reply: Reply | undefined): Replica[] {
  return Array.isArray(reply) ? reply.map(fieldsOf) : [];
}

function fieldsOf(reply: Reply): Replica {
  if (!Array.isArray(reply)) return {};
  return Object.fromEntries(
    reply.flatMap((name, index) => (index % 2 === 0 ? [[String(name), String(reply[index + 1])]] : [])),
  );
}

/** Returns the error for a sentinel that names no server. */
export function notKnown(reply: Reply | undefined): Error {
  if (reply instanceof ErrorReply) {
    const { cause } = classifyReply(reply.message);
    return cause === undefined ? reply : new ProofError(cause, reply);
  }
  return new ProofError('sentinel', new Error('The sentinel names no such server.'));
}

function ignore(): void {
  // The query has ended, so a later socket error does not matter.
}

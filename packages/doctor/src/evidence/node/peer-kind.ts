import { ErrorReply, type Reply } from '@redis-resilience/core/protocol';
import type { Ending } from '../../wire/conversation.ts';

/**
 * The kind of server at the address. `other`: the reply is not that of any known kind of server. `unknown`: the server
 * closed the connection, or sent no complete answer.
 */
export type PeerKind =
  | 'redis'
  | 'tls'
  | 'http'
  | 'ssh'
  | 'postgres'
  | 'mysql'
  | 'memcached'
  | 'smtp'
  | 'amqp'
  | 'cluster-bus'
  | 'other'
  | 'unknown';

/** Recognises the kind of server by its reply to PING. */
export function recognise(bytes: Buffer, ping: Reply | undefined, ending: Ending | undefined): PeerKind {
  if (ping !== undefined) return ping instanceof ErrorReply || ping === 'PONG' ? 'redis' : 'other';
  if (bytes.length === 0) return 'unknown';
  const text = bytes.toString('latin1');
  const known = signs.find(({ sign }) => sign.test(text));
  if (known !== undefined) return known.kind;
  return ending?.kind === 'not-redis' ? 'other' : 'unknown';
}

const signs: readonly { readonly kind: PeerKind; readonly sign: RegExp }[] = [
  // A TLS record: content type, then version 3.x.
  // eslint-disable-next-line no-control-regex
  { kind: 'tls', sign: /^[\x14-\x17]\x03[\x00-\x04]/ },
  { kind: 'http', sign: /^HTTP\/\d|^<!DOCTYPE|^<html/i },
  { kind: 'ssh', sign: /^SSH-\d/ },
  { kind: 'memcached', sign: /^(?:CLIENT_|SERVER_)?ERROR\b/ },
  { kind: 'amqp', sign: /^AMQP/ },
  { kind: 'smtp', sign: /^220[ -]/ },
  // eslint-disable-next-line no-control-regex
  { kind: 'mysql', sign: /^.{3}\x00(?:\x0a[\d.]|\xff)/s },
  // eslint-disable-next-line no-control-regex
  { kind: 'postgres', sign: /^E\x00\x00.{2}S/s },
];

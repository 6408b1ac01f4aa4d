/**
 * Why bytes cannot be read as replies. `not-resp`: the peer does not speak the Redis protocol. `tls`: the peer sent a
 * TLS record. `malformed`: a length, a number or the end of a string is invalid. `streamed`: the peer sent a RESP3
 * string or aggregate without announcing its length, which no known server does. Each of the other reasons names the
 * limit of the reader that was exceeded.
 */
export type ProtocolErrorReason =
  | 'not-resp'
  | 'tls'
  | 'malformed'
  | 'streamed'
  | 'line-too-long'
  | 'too-deep'
  | 'too-many-elements'
  | 'too-large';

/**
 * Reports that the bytes which a peer sent cannot be read as replies, but contains none of the bytes, because they may
 * be private data.
 */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  readonly reason: ProtocolErrorReason;

  constructor(reason: ProtocolErrorReason) {
    super(messages[reason]);
    this.reason = reason;
  }
}

const messages: Readonly<Record<ProtocolErrorReason, string>> = {
  'not-resp': 'The peer does not speak the Redis protocol.',
  tls: 'The peer answers with TLS to a client that speaks plain text.',
  malformed: 'The peer broke the Redis protocol: a length, a number or the end of a text is malformed.',
  streamed: 'The peer sent a streamed RESP3 type, which is not supported.',
  'line-too-long': 'A line of the reply is longer than maxLineBytes.',
  'too-deep': 'The reply is nested deeper than maxDepth.',
  'too-many-elements': 'The reply has more elements than maxElements.',
  'too-large': 'The reply is larger than maxReplyBytes.',
};

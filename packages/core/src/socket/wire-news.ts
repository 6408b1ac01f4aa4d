/**
 * An event of a connection's socket. The times of the last reads and writes are not part of the event: they are
 * properties of `Wire`.
 */
export interface WireNews {
  readonly kind: WireNewsKind;
}

export type WireNewsKind =
  /** Bytes arrived, which is a sign of life. */
  | 'alive'
  /** Bytes arrived, but too few to be a sign of life: they only trickle. */
  | 'read'
  /** The peer broke the protocol, so nothing more from this socket reaches the driver. */
  | 'breached'
  /** Bytes are about to be written. */
  | 'written'
  /** A caller has stopped waiting for a call that may still block the connection. */
  | 'abandoned'
  /** The socket has stopped accepting bytes, or has started to accept them again. */
  | 'room-changed'
  /** The client is about to end the socket: this is the last moment at which bytes can be written to it. */
  | 'ending';

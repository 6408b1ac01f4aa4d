import type { Socket } from 'node:net';

/** Events in the writing of bytes to a socket. */
export type WritesNews =
  /** Bytes are about to be passed to the socket. */
  | { readonly kind: 'flush' }
  /** The kernel's buffer of this socket has become full or has room again, or the writes were paused or resumed. */
  | { readonly kind: 'room-changed'; readonly socket: Socket }
  /** The client is about to end this socket: this is the last moment at which bytes can be written to it. */
  | { readonly kind: 'ending'; readonly socket: Socket };

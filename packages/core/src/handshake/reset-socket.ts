import type { Socket } from 'node:net';

/** The TCP socket below each TLS socket. */
const carriers = new WeakMap<Socket, Socket>();

/** Call when a TLS socket is opened on a TCP socket. */
export function carriedBy(socket: Socket, carrier: Socket): void {
  carriers.set(socket, carrier);
}

/**
 * Closes a socket so that the kernel discards the bytes that the peer has not acknowledged. After a plain `destroy()`,
 * the kernel would keep sending these bytes for minutes. With a plain `destroy()`, a command on an abandoned connection
 * could run after its retry on another connection, and undo a newer write. Packets that are already in the network may
 * still arrive.
 */
export function resetSocket(socket: Socket): void {
  // Once the end of the stream is being sent, libuv refuses to reset the connection, and Node would leak its handle.
  if (!socket.destroyed && !socket.writableEnded) {
    const carrier = carriers.get(socket) ?? socket;
    // In early versions of Node 20, `resetAndDestroy` calls `destroySoon`, which would end the stream before the reset.
    carrier.destroySoon = () => carrier.destroy();
    try {
      carrier.resetAndDestroy();
    } catch {
      // Node can reset only TCP connections. A Unix socket needs no reset: its bytes arrive as soon as they are
      // written.
    }
  }
  socket.destroy();
}

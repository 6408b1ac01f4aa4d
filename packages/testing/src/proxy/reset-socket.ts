import type { Socket } from 'node:net';

/**
 * Closes a socket with an RST and no FIN. Node's `resetAndDestroy()` shuts the socket down first, so that the peer gets a
 * FIN, which looks like a clean end. This function sets the internal flag that `resetAndDestroy()` sets, and calls
 * `destroy()`, which sends only an RST.
 */
export function resetSocket(socket: Socket): void {
  const isConnected = !socket.connecting && !socket.pending;
  const isShuttingDown = socket.writableEnded && !socket.writableFinished;
  if (!isConnected || isShuttingDown) {
    socket.destroy();
  } else if ('resetAndClosing' in socket) {
    socket.resetAndClosing = true;
    socket.destroy();
  } else {
    socket.resetAndDestroy();
  }
}

import type { Socket } from 'node:net';

/**
 * Closes with nothing but RST. Node's `resetAndDestroy()` shuts the socket down first, so that the peer gets a FIN and
 * takes it for a clean end. Setting the internal flag that it sets, and calling `destroy()`, sends the RST alone.
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

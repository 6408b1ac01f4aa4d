import type { Socket } from 'node:net';

/**
 * Closes with RST and nothing else. `resetAndDestroy()` of Node shuts the socket down before, so that the peer gets
 * a FIN first and takes it for a clean end; its own flag, which it sets for `destroy()`, does without.
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

import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import type { Driver } from '../driver/driver.ts';
import { resetSocket } from '../handshake/reset-socket.ts';

const gracefulEndMs = 2000;
/**
 * How long a socket is still read if the oldest unanswered call blocks without a timeout. This is long enough for a
 * Cluster node that has lost its slots to redirect its blocking calls.
 */
const blockedEndMs = 1000;

/**
 * Ends the socket of a client that the application closed. If `isGraceful` is true, replies that are still due may
 * arrive for two more seconds. If the oldest unanswered call blocks without a timeout, no reply is due, and the wait is
 * only one second.
 */
export function endSocket(
  socket: Socket | undefined,
  isGraceful: boolean,
  driver: Driver,
  clock: Clock,
): void {
  if (socket === undefined || socket.destroyed) return;
  if (!isGraceful) socket.destroy();
  else if (driver.unansweredCount() === 0) socket.destroySoon();
  else {
    const isBlocked = driver.oldestUnanswered()?.call?.blockingMs === Infinity;
    after(socket, isBlocked ? blockedEndMs : gracefulEndMs, clock, () => socket.destroy());
    socket.end();
  }
}

/**
 * Closes a socket that the client will replace. The unanswered commands on this socket are retried on the next socket,
 * or fail with an unknown outcome. A socket with unanswered commands is reset, so that none of them runs later.
 */
export function abandonSocket(socket: Socket | undefined, driver: Driver): void {
  if (socket === undefined || socket.destroyed) return;
  if (driver.unansweredCount() > 0) resetSocket(socket);
  else socket.destroy();
}

/**
 * Stops using a silent socket that is being replaced. If commands that must not run twice are unanswered on the socket,
 * it is read for another `forMs`, because their replies may still come. A socket that need not be read, or on which
 * reading is not safe, is closed immediately.
 */
export function leaveSocket(
  socket: Socket,
  forMs: number,
  driver: Driver,
  clock: Clock,
  left: { readonly own: readonly unknown[]; readonly onLeft: () => void },
): void {
  if (socket.destroyed) return;
  const isLeft = socket === driver.socket && driver.leaveBehind(socket, left.own, left.onLeft);
  if (isLeft) after(socket, forMs, clock, () => resetSocket(socket));
  else abandonSocket(socket, driver);
}

function after(socket: Socket, ms: number, clock: Clock, close: () => void): void {
  const timer = clock.setTimeout(close, ms);
  socket.once('close', () => clock.clearTimeout(timer));
}

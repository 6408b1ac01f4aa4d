import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import type { Driver } from '../driver/driver.ts';
import { resetSocket } from '../handshake/reset-socket.ts';

const gracefulEndMs = 2000;
/** A node of a Cluster that has lost its slots redirects the calls that block on it within this time. */
const blockedEndMs = 1000;

/**
 * Ends the socket of a client that its user closed. With a graceful end, the socket first has a moment to receive the
 * replies that are still due. Behind a call that blocks without a timeout, none is.
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
 * Gives up a socket that the client will replace. The commands that it carries are retried on the next socket, or their
 * outcome is unknown: none of them may run later, so the socket is reset.
 */
export function abandonSocket(socket: Socket | undefined, driver: Driver): void {
  if (socket === undefined || socket.destroyed) return;
  if (driver.unansweredCount() > 0) resetSocket(socket);
  else socket.destroy();
}

/**
 * Abandons a silent socket that is being replaced. If it carries commands that must not run twice, it is read for
 * another `forMs`, because their replies may still come; otherwise it is abandoned.
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

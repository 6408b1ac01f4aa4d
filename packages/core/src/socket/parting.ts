import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import type { Driver } from '../driver/driver.ts';

const gracefulEndMs = 2000;

/** Ends a socket. With a graceful end, the socket first has a moment to receive the replies that are still due. */
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
    destroyAfter(socket, gracefulEndMs, clock);
    socket.end();
  }
}

/**
 * Abandons a silent socket that is being replaced. If it carries commands that must not run twice, it is read for
 * another `forMs`, because their replies may still come; otherwise it is destroyed.
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
  if (isLeft) destroyAfter(socket, forMs, clock);
  else socket.destroy();
}

function destroyAfter(socket: Socket, ms: number, clock: Clock): void {
  const timer = clock.setTimeout(() => socket.destroy(), ms);
  socket.once('close', () => clock.clearTimeout(timer));
}

import type { Socket } from 'node:net';
import type { SlotRange } from '../../driver/cluster-driver.ts';
import { ErrorReply } from '../../replies/reply.ts';
import { request } from '../../replies/request.ts';
import { slotRangesOf } from './slot-ranges.ts';

/**
 * Asks for the slots over the given socket, and closes it afterwards.
 *
 * @throws {@link ErrorReply} if the node replies with an error
 */
export async function askForSlots(
  socket: Socket,
  host: string,
  signal: AbortSignal,
): Promise<readonly SlotRange[]> {
  socket.on('error', ignore);
  try {
    const [reply] = await request(socket, [['CLUSTER', 'SLOTS']], signal);
    if (reply instanceof ErrorReply) throw reply;
    return slotRangesOf(reply, host);
  } finally {
    socket.destroy();
  }
}

function ignore(): void {
  // A socket error either fails the request itself, or comes after the reply and no longer matters.
}

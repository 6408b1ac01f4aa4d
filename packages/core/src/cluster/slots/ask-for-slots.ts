import type { Socket } from 'node:net';
import type { SlotRange } from '../../driver/cluster-driver.ts';
import { request } from '../../replies/request.ts';
import { slotRangesOf } from './slot-ranges.ts';

/** Asks over a socket of its own, which is closed afterwards. */
export async function askForSlots(
  socket: Socket,
  host: string,
  signal: AbortSignal,
): Promise<readonly SlotRange[]> {
  socket.on('error', ignore);
  try {
    const [reply] = await request(socket, [['CLUSTER', 'SLOTS']], signal);
    return slotRangesOf(reply, host);
  } finally {
    socket.destroy();
  }
}

function ignore(): void {
  // The question fails with it, or has its answer.
}

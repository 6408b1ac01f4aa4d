import type { Clock } from '../clock.ts';
import { synTimeoutMs } from '../dialing/dial-speed.ts';

/**
 * Lets a node of a cluster be dialed, and aborts it when its first SYN goes unanswered (950 ms: the kernel would repeat it
 * after a second), or its handshake is not done in time.
 */
export async function dialInTime<Dialed>(
  clock: Clock,
  dialing: AbortController,
  handshakeTimeoutMs: number,
  dial: (connected: () => void) => Promise<Dialed>,
): Promise<Dialed> {
  const giveUp = (): void => dialing.abort(new DOMException('Not connected in time.', 'TimeoutError'));
  const syn = clock.setTimeout(giveUp, synTimeoutMs);
  const handshake = clock.setTimeout(giveUp, handshakeTimeoutMs);
  try {
    return await dial(() => clock.clearTimeout(syn));
  } finally {
    clock.clearTimeout(syn);
    clock.clearTimeout(handshake);
  }
}

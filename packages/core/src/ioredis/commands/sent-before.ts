import type { Redis } from 'ioredis';
import type { SentBefore } from '../../driver/sent-before.ts';
import { internals } from '../internals.ts';

/**
 * Returns the commands of callers that the client sent before it was protected, and that have got no reply. If the
 * connection on which they were sent has broken, they are also removed from the client's queue, because the client
 * would drop them without a result when it is ready again.
 */
export function sentBefore(client: Redis): SentBefore {
  const target = internals(client);
  if (target.status === 'ready') return { commands: target.commandQueue.toArray(), isLost: false };
  const { prevCommandQueue: kept } = target;
  if (kept === null || kept === undefined) return { commands: [], isLost: true };
  const commands = kept.toArray();
  // Until the next socket connects, `commandQueue` is the same queue as `prevCommandQueue`, so the queue itself is
  // emptied.
  kept.clear();
  target.prevCommandQueue = null;
  return { commands, isLost: true };
}

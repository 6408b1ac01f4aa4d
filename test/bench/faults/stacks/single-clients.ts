import { Redis } from 'ioredis';
import type { IoredisSettings } from '../peers/ioredis-peer.js';
import type { Address, Target } from '../peers/peer.js';

/** Returns the address of a target; stacks are only compared on a single server. */
export function addressOf(target: Target): Address {
  if (target.kind !== 'single')
    throw new Error(`A stack connects to a single server, not to a ${target.kind}`);
  const { host, port } = target;
  return { host, port };
}

/** Creates an ioredis client for a stack, without a printed line for each failed attempt. */
export function ioredisOf(target: Target, options: IoredisSettings): Redis {
  const client = new Redis({ ...addressOf(target), ...options });
  client.on('error', ignore);
  return client;
}

function ignore(): void {
  // The requests tell.
}

import { ioredisUnderCockatiel, ioredisUnderOpossum } from './breaker-peers.js';
import { oursWithFallbacks } from './fallback-peer.js';
import { front } from './front-peer.js';
import { glideDefaults } from './glide-peer.js';
import { ioredisByTheGuides, ioredisDefaults } from './ioredis-peer.js';
import { iovalkeyDefaults } from './iovalkey-peer.js';
import { nodeRedisDefaults, nodeRedisWithPing } from './node-redis-peer.js';
import type { PeerKind } from './peer.js';
import { ours, oursByProtect } from './resilience-peer.js';

/** Who is compared, in the order of the tables. */
export const allPeers: readonly PeerKind[] = [
  ioredisDefaults,
  ioredisByTheGuides,
  ioredisUnderOpossum,
  ioredisUnderCockatiel,
  nodeRedisDefaults,
  nodeRedisWithPing,
  iovalkeyDefaults,
  glideDefaults,
  ours,
  oursWithFallbacks,
  oursByProtect,
  front,
];

/** A breaker around its calls changes nothing of what a client does to its connections and to what it has sent. */
export const withoutBreakers: readonly string[] = allPeers
  .filter((peer) => peer !== ioredisUnderOpossum && peer !== ioredisUnderCockatiel)
  .map(({ name }) => name);

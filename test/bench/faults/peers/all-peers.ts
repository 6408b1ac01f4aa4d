import { ioredisUnderCockatiel, ioredisUnderOpossum } from './breaker-peers.js';
import { oursWithFallbacks } from './fallback-peer.js';
import { front } from './front-peer.js';
import { glideDefaults } from './glide-peer.js';
import { ioredisByTheGuides, ioredisDefaults } from './ioredis-peer.js';
import { iovalkeyDefaults } from './iovalkey-peer.js';
import { nodeRedisDefaults, nodeRedisWithPing } from './node-redis-peer.js';
import type { PeerKind } from './peer.js';
import { ours, oursByProtect, oursPatient } from './resilience-peer.js';

/** All clients in the comparison, in the order of the tables. */
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
  oursPatient,
  oursWithFallbacks,
  oursByProtect,
  front,
];

/**
 * The clients without a circuit breaker around each call: a breaker has no effect on connections, or on
 * commands that were already sent.
 */
export const withoutBreakers: readonly string[] = allPeers
  .filter((peer) => peer !== ioredisUnderOpossum && peer !== ioredisUnderCockatiel)
  .map(({ name }) => name);

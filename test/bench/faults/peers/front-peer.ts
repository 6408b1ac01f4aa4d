import type { RedisResilience } from '@redis-resilience/core';
import { createNodeRedisClient } from '@redis-resilience/node-redis';
import * as redis from 'redis';
import { NodeRedisPeer } from './node-redis-peer.js';
import type { Peer, PeerKind } from './peer.js';
import { resilienceFor } from './resilience-peer.js';

/** A node-redis client on top of a protected connection. */
class FrontPeer extends NodeRedisPeer implements Peer {
  readonly #resilience: RedisResilience;

  constructor(resilience: RedisResilience, credentials: { password: string | undefined }) {
    super(createNodeRedisClient(resilience, redis), credentials);
    this.#resilience = resilience;
  }

  override async close(): Promise<void> {
    await super.close();
    await this.#resilience.close({ drainMs: 0 });
  }
}

/**
 * Runs only in rows where the node-redis API may change the result; in all others, it would repeat {@link
 * ours}, which uses the same connection.
 */
export const front: PeerKind = {
  name: 'front',
  label: 'node-redis in front',
  setup: 'a client of node-redis on top of a connection of this project, both with their defaults',
  packages: ['@redis-resilience/node-redis', 'redis', 'ioredis'],
  rows: [
    'restart-blip',
    'restart-1s',
    'restart-10s',
    'freeze',
    'drop-busy',
    'drop-idle',
    'resets-incr',
    'resets-multi',
    'sentinel-failover',
    'password',
  ],
  create(target) {
    const credentials = { password: (target.kind === 'single' ? target.password : undefined) ?? '' };
    return new FrontPeer(resilienceFor(target, credentials), credentials);
  },
};

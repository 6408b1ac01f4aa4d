import { createRedisResilience } from '@redis-resilience/core';
import { Redis } from 'ioredis';
import { Redis as Iovalkey } from 'iovalkey';
import type { Contestant } from '../contestant.js';
import { guidesOptions, IoredisPeer } from '../peers/ioredis-peer.js';
import type { Peer } from '../peers/peer.js';
import { addressOf } from './single-clients.js';

const setup = 'with `enableAutoPipelining`, and otherwise set up as in the other sections';

/** Clients that combine all commands issued in one turn into one pipeline. */
export const autoPipelining: readonly Contestant<Peer>[] = [
  {
    name: 'ioredis',
    label: 'ioredis',
    setup,
    packages: ['ioredis'],
    create: (target) => new IoredisPeer(new Redis({ ...addressOf(target), enableAutoPipelining: true })),
  },
  {
    name: 'ioredis-guides',
    label: 'ioredis, guides',
    setup,
    packages: ['ioredis'],
    create: (target) =>
      new IoredisPeer(new Redis({ ...addressOf(target), ...guidesOptions, enableAutoPipelining: true })),
  },
  {
    name: 'iovalkey',
    label: 'iovalkey',
    setup,
    packages: ['iovalkey'],
    create: (target) =>
      new IoredisPeer(new Iovalkey({ ...addressOf(target), enableAutoPipelining: true }) as unknown as Redis),
  },
  {
    name: 'ours',
    label: 'Redis Resilience',
    setup,
    packages: ['@redis-resilience/core', 'ioredis'],
    create(target) {
      const resilience = createRedisResilience({ ...addressOf(target), enableAutoPipelining: true });
      const peer = new IoredisPeer(resilience.client);
      peer.close = () => resilience.close({ drainMs: 0 });
      return peer;
    },
  },
];

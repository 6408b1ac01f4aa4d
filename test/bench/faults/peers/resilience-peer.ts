import { createRedisResilience, type RedisResilience } from '@redis-resilience/core';
import { IoredisPeer } from './ioredis-peer.js';
import type { Command, Peer, PeerKind, Target } from './peer.js';

/** Ours: the same client interface, protected, with its defaults. */
class ResiliencePeer extends IoredisPeer implements Peer {
  readonly #resilience: RedisResilience;
  readonly #credentials: { password: string };

  constructor(resilience: RedisResilience, credentials: { password: string }) {
    super(resilience.client);
    this.#resilience = resilience;
    this.#credentials = credentials;
  }

  applyOnce(id: string, ...[name, ...args]: Command): Promise<unknown> {
    return this.#resilience.applyOnce(id, name, ...args);
  }

  override setPassword(password: string): void {
    this.#credentials.password = password;
  }

  override close(): Promise<void> {
    return this.#resilience.close({ drainMs: 0 });
  }
}

export const ours: PeerKind = {
  name: 'ours',
  label: 'Redis Resilience',
  setup: 'this project with its defaults, on ioredis',
  packages: ['@redis-resilience/core', 'ioredis'],
  create(target) {
    const credentials = { password: (target.kind === 'single' ? target.password : undefined) ?? '' };
    return new ResiliencePeer(resilienceFor(target, credentials), credentials);
  },
};

function resilienceFor(target: Target, credentials: { password: string }): RedisResilience {
  switch (target.kind) {
    case 'single': {
      const { host, port, password } = target;
      const connection = password === undefined ? {} : { credentials: () => ({ ...credentials }) };
      return createRedisResilience({ host, port }, { connection });
    }
    case 'sentinel':
      return createRedisResilience({ sentinels: [...target.sentinels], name: target.name });
    case 'cluster':
      return createRedisResilience({ cluster: target.nodes.map(({ host, port }) => ({ host, port })) });
    default:
      return target satisfies never;
  }
}

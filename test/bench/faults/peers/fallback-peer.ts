import { createOutbox, type Outbox } from '@redis-resilience/fallback/outbox';
import type { RedisResilience } from '@redis-resilience/core';
import { fallbackAnswer } from '../call-loop.js';
import type { Command, Peer, PeerKind } from './peer.js';
import { resilienceFor, ResiliencePeer } from './resilience-peer.js';

/** This project as an application uses it: reads have a fallback, and writes go through the outbox. */
class FallbackPeer extends ResiliencePeer implements Peer {
  readonly #resilience: RedisResilience;
  readonly #outbox: Outbox;

  constructor(resilience: RedisResilience, credentials: { password: string }) {
    super(resilience, credentials);
    this.#resilience = resilience;
    this.#outbox = createOutbox(resilience);
  }

  override async call(...[name, ...args]: Command): Promise<unknown> {
    if (name === 'get')
      return this.#resilience.execute(() => super.call(name, ...args), { fallback: () => fallbackAnswer });
    const receipt = await this.#outbox.add(name, args);
    return receipt.state === 'applied' ? receipt.reply : fallbackAnswer;
  }

  override async close(): Promise<void> {
    await this.#outbox.close();
    await super.close();
  }
}

/**
 * Runs only in the row for which the outage is drawn, because it uses the same connection as {@link ours}.
 */
export const oursWithFallbacks: PeerKind = {
  name: 'ours-fallbacks',
  label: '+ fallbacks',
  setup: 'Redis Resilience as an application uses it: reads have a fallback, writes go through the outbox',
  packages: ['@redis-resilience/core', 'ioredis'],
  rows: ['restart-10s'],
  create(target) {
    const credentials = { password: '' };
    return new FallbackPeer(resilienceFor(target, credentials), credentials);
  },
};

import { channel } from 'node:diagnostics_channel';
import type { Clock } from '@redis-resilience/core';
import { EventHub } from '@redis-resilience/core/kit';
import type { OutboxEvents, WriteFacts } from './outbox-events.ts';
import type { OutboxEntry } from './write/entry.ts';

const outboxChannel = channel('redis-resilience:outbox');

/**
 * Announces what happens to writes, to listeners and on the channel `redis-resilience:outbox`. The whole process can
 * subscribe to the channel, and the id of a write may identify a person, so only listeners receive ids.
 */
export class Announcer {
  readonly hub = new EventHub<OutboxEvents>();
  readonly #clock: Clock;
  readonly #connection: string;

  constructor(clock: Clock, connection: string) {
    this.#clock = clock;
    this.#connection = connection;
  }

  facts({ id, command, createdAt }: OutboxEntry): WriteFacts {
    return { id, command, ageMs: Math.max(0, this.#clock.wallNow() - createdAt) };
  }

  announce<E extends keyof OutboxEvents>(type: E, payload: OutboxEvents[E]): void {
    this.hub.emit(type, payload);
    if (outboxChannel.hasSubscribers) {
      const { id: _id, into: _into, ...facts } = payload as Record<string, unknown>;
      outboxChannel.publish({ connection: this.#connection, type, ...facts });
    }
  }
}

import { channel } from 'node:diagnostics_channel';
import type { Clock } from '@redis-resilience/core';
import { EventHub } from '@redis-resilience/core/kit';
import type { OutboxEvents, WriteFacts } from './outbox-events.ts';
import type { OutboxEntry } from './write/entry.ts';

const outboxChannel = channel('redis-resilience:outbox');

/**
 * Reports what happens to writes, to the outbox's listeners and on the diagnostics channel `redis-resilience:outbox`.
 * Only the listeners receive the ids of writes: an id may identify a person, and any code in the process can subscribe
 * to a diagnostics channel.
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

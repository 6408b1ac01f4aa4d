import { channel } from 'node:diagnostics_channel';
import type { Clock } from '@redis-resilience/core';
import { EventHub } from '@redis-resilience/core/kit';
import type { OutboxEntry } from './entry.ts';
import type { OutboxEvents, WriteFacts } from './outbox-events.ts';

// The same object as core's: channels are found by name.
const outboxChannel = channel('redis-resilience:outbox');

/**
 * Tells what happens to writes: to listeners, and on the channel `redis-resilience:outbox`. The channel is heard by all
 * of the process, and a name that a caller gave to a write may be a person's: it stays with the listeners.
 */
export class Announcer {
  readonly hub = new EventHub<OutboxEvents>();
  readonly #clock: Clock;
  readonly #connection: string;

  constructor(clock: Clock, connection: string) {
    this.#clock = clock;
    this.#connection = connection;
  }

  /** What may be told of a write. */
  facts({ id, command, createdAt }: OutboxEntry): WriteFacts {
    return { id, command, ageMs: Math.max(0, this.#clock.wallNow() - createdAt) };
  }

  tell<E extends keyof OutboxEvents>(type: E, payload: OutboxEvents[E]): void {
    this.hub.emit(type, payload);
    if (outboxChannel.hasSubscribers) {
      const { id: _id, into: _into, ...facts } = payload as Record<string, unknown>;
      outboxChannel.publish({ connection: this.#connection, type, ...facts });
    }
  }
}

import type { SharedUse } from '../snapshot-detail.ts';
import type { EventHub } from './event-hub.ts';
import type { ResilienceEvents } from './events.ts';

const none: SharedUse = { watch: false, blocking: false };

/**
 * Records that `WATCH` or blocking commands, which need a connection of their own, were called on the client that all
 * callers share. Reports each of the two kinds once.
 */
export class UnleasedCommands {
  #seen: SharedUse = none;
  readonly #events: EventHub<ResilienceEvents>;

  constructor(events: EventHub<ResilienceEvents>) {
    this.#events = events;
  }

  get seen(): SharedUse {
    return this.#seen;
  }

  note(use: keyof SharedUse, command: string): void {
    if (this.#seen[use]) return;
    this.#seen = { ...this.#seen, [use]: true };
    this.#events.emit('shared-use', { use, command });
  }
}

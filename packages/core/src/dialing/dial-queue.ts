import type { DialerTicket } from './dial-ticket.ts';

/** The requests that are waiting for a connection, in the order in which they will get one. */
export class DialQueue {
  readonly #waiting: DialerTicket[] = [];

  get length(): number {
    return this.#waiting.length;
  }

  get leader(): DialerTicket | undefined {
    return this.#waiting[0];
  }

  /** Whether commands are waiting for one of these connections. */
  get isInteractive(): boolean {
    return this.#waiting.some(
      ({ request: { priority } }) => priority === 'command' || priority === 'inquiry',
    );
  }

  /** Returns the first request that is not in `busy`. */
  firstBut(busy: Iterable<DialerTicket>): DialerTicket | undefined {
    const excluded = new Set(busy);
    return this.#waiting.find((ticket) => !excluded.has(ticket));
  }

  /** Returns every request except this one. */
  others(ticket: DialerTicket): readonly DialerTicket[] {
    return this.#waiting.filter((other) => other !== ticket);
  }

  /** Returns whether this request has failed at the endpoint fewer times than every other one. */
  hasFewestSetbacks(ticket: DialerTicket): boolean {
    return this.#waiting.every((other) => other === ticket || other.setbacks > ticket.setbacks);
  }

  add(ticket: DialerTicket): void {
    const index = this.#waiting.findIndex((other) => ticket.goesBefore(other));
    this.#waiting.splice(index < 0 ? this.#waiting.length : index, 0, ticket);
  }

  remove(ticket: DialerTicket): void {
    const index = this.#waiting.indexOf(ticket);
    if (index >= 0) this.#waiting.splice(index, 1);
  }
}

import type { DialPriority } from './dial-request.ts';
import type { DialerTicket } from './dial-ticket.ts';

const interactive: ReadonlySet<DialPriority> = new Set(['inquiry', 'command', 'leased']);

/** The requests that are waiting for a connection, in the order in which they will get one. */
export class DialQueue {
  readonly #waiting: DialerTicket[] = [];
  #leased = 0;

  get length(): number {
    return this.#waiting.length;
  }

  get leader(): DialerTicket | undefined {
    return this.#waiting[0];
  }

  /** Whether any of the requested connections is for a pool of leased connections, so that it may be delayed. */
  get hasLeased(): boolean {
    return this.#leased > 0;
  }

  /** Whether commands may be waiting for any of the requested connections: false if all are for subscriptions. */
  get isInteractive(): boolean {
    return this.#waiting.some(({ request: { priority } }) => interactive.has(priority));
  }

  /** Returns the first request that is not in `busy`, if possible one that callers are waiting for. */
  firstBut(busy: Iterable<DialerTicket>): DialerTicket | undefined {
    const excluded = new Set(busy);
    const isFree = (ticket: DialerTicket): boolean => !excluded.has(ticket);
    return this.#waiting.find((ticket) => isFree(ticket) && !ticket.canWait) ?? this.#waiting.find(isFree);
  }

  /** Returns every request except this one. */
  others(ticket: DialerTicket): readonly DialerTicket[] {
    return this.#waiting.filter((other) => other !== ticket);
  }

  /**
   * Returns whether this request has had fewer setbacks than every other one. A setback is a failed attempt whose cause
   * may concern only this request.
   */
  hasFewestSetbacks(ticket: DialerTicket): boolean {
    return this.#waiting.every((other) => other === ticket || other.setbacks > ticket.setbacks);
  }

  add(ticket: DialerTicket): void {
    const last = this.#waiting.at(-1);
    // Nearly all tickets are added at the end, so the queue is searched only if a ticket goes before the last one.
    if (last === undefined || !ticket.goesBefore(last)) this.#waiting.push(ticket);
    else
      this.#waiting.splice(
        this.#waiting.findIndex((other) => ticket.goesBefore(other)),
        0,
        ticket,
      );
    if (ticket.isLeased) this.#leased++;
  }

  remove(ticket: DialerTicket): void {
    const index = this.#waiting.indexOf(ticket);
    if (index < 0) return;
    this.#waiting.splice(index, 1);
    if (ticket.isLeased) this.#leased--;
  }
}

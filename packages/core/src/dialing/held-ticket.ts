import type { DialTicket } from './dial-request.ts';
import type { DialerTicket } from './dial-ticket.ts';

/** The parts of a dialer that a ticket uses. */
interface TicketDialer {
  hurry(): void;
  nextAttemptMs(): number | undefined;
}

/** The object that the caller of `Dialer.dial` gets for its request, and keeps as long as its connection lives. */
export class HeldTicket implements DialTicket {
  readonly #ticket: DialerTicket;
  readonly #dialer: TicketDialer;
  readonly #end: (ticket: DialerTicket, broke: boolean) => void;

  constructor(
    ticket: DialerTicket,
    dialer: TicketDialer,
    end: (ticket: DialerTicket, broke: boolean) => void,
  ) {
    this.#ticket = ticket;
    this.#dialer = dialer;
    this.#end = end;
  }

  cancel(): void {
    this.#end(this.#ticket, false);
  }

  lost(): void {
    this.#end(this.#ticket, true);
  }

  hurry(): void {
    if (this.#ticket.isWaiting) this.#dialer.hurry();
  }

  nextAttemptMs(): number | undefined {
    return this.#ticket.isWaiting ? this.#dialer.nextAttemptMs() : undefined;
  }
}

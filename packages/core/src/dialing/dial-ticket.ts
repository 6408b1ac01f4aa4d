import type { DialFailure, DialPriority, DialReport, DialRequest, DialTicket } from './dial-request.ts';

/** The methods of its dialer that a ticket calls. */
export interface TicketOwner {
  /**
   * Called once when the ticket ends, with the state that it had before. `broke`: whether the connection was lost, as
   * opposed to cancelled.
   */
  end(ticket: DialerTicket, was: 'waiting' | 'alive', broke: boolean): void;
  hurry(): void;
  nextAttemptMs(): number | undefined;
}

const ranks: Readonly<Record<DialPriority, number>> = {
  inquiry: 0,
  command: 1,
  subscriber: 2,
  blocking: 3,
  leased: 4,
};

/**
 * Replaces a ticket's request once its connection is up, because the request would keep everything that its attempts
 * used in memory.
 */
const answered: DialRequest = {
  priority: 'command',
  attempt: () => Promise.reject(new Error('The connection is already up.')),
};

/** The dialer's side of a ticket. */
export class DialerTicket implements DialTicket {
  attempts = 0;
  /** Number of attempts that reached the endpoint and failed there. */
  setbacks = 0;
  readonly #owner: TicketOwner;
  #request: DialRequest;
  #state: 'waiting' | 'alive' | 'over' = 'waiting';
  #readyAt = 0;

  constructor(request: DialRequest, owner: TicketOwner) {
    this.#request = request;
    this.#owner = owner;
  }

  get request(): DialRequest {
    return this.#request;
  }

  /** Whether the connection is for leases, and nobody is waiting for it. */
  get canWait(): boolean {
    return this.#request.priority === 'leased' && this.#request.isWanted?.() !== true;
  }

  get readyAt(): number {
    return this.#readyAt;
  }

  /** Orders tickets by fewest setbacks, then by priority; equal ones keep their order. */
  goesBefore(other: DialerTicket): boolean {
    if (this.setbacks !== other.setbacks) return this.setbacks < other.setbacks;
    return ranks[this.request.priority] < ranks[other.request.priority];
  }

  connected(at: number): void {
    this.#state = 'alive';
    this.#readyAt = at;
  }

  report(report: DialReport): void {
    try {
      this.request.onAttempt?.(report);
    } catch {
      // An error of the listener must not stop the dialing.
    }
    if (this.#state === 'alive') this.#request = answered;
  }

  otherFailed(failure: DialFailure): void {
    try {
      this.request.onOtherFailed?.(failure);
    } catch {
      // An error of this listener must not stop the dialing either.
    }
  }

  cancel(): void {
    this.#end(false);
  }

  lost(): void {
    this.#end(true);
  }

  hurry(): void {
    if (this.#state === 'waiting') this.#owner.hurry();
  }

  nextAttemptMs(): number | undefined {
    return this.#state === 'waiting' ? this.#owner.nextAttemptMs() : undefined;
  }

  #end(broke: boolean): void {
    const was = this.#state;
    if (was === 'over') return;
    this.#state = 'over';
    this.#owner.end(this, was, broke);
  }
}

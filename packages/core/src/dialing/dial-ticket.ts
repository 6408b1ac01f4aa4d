import type { DialFailure, DialPriority, DialReport, DialRequest } from './dial-request.ts';

const ranks: Readonly<Record<DialPriority, number>> = {
  inquiry: 0,
  command: 1,
  subscriber: 2,
  leased: 3,
};

/**
 * Replaces the request of a ticket whose connection is up, because the real request would keep everything in memory
 * that its attempts used.
 */
const answered: DialRequest = {
  priority: 'command',
  attempt: () => Promise.reject(new Error('The connection is already up.')),
};

/** A request for a connection and its state, as the dialer sees it. */
export class DialerTicket {
  /**
   * Number of attempts that failed for a reason that may concern only this connection: they failed after the endpoint
   * had been reached, or because there were no credentials.
   */
  setbacks = 0;
  #request: DialRequest;
  #state: 'waiting' | 'alive' | 'over' = 'waiting';
  #readyAt = 0;

  constructor(request: DialRequest) {
    this.#request = request;
  }

  get request(): DialRequest {
    return this.#request;
  }

  get isLeased(): boolean {
    return this.#request.priority === 'leased';
  }

  /** Whether the connection is for leases, and no caller is waiting for it. */
  get canWait(): boolean {
    return this.isLeased && this.#request.isWanted?.() !== true;
  }

  get isWaiting(): boolean {
    return this.#state === 'waiting';
  }

  get readyAt(): number {
    return this.#readyAt;
  }

  /**
   * Returns whether this ticket comes before the other one: the one with fewer setbacks first, then the one with the
   * higher priority. Tickets with equally many setbacks and the same priority keep the order in which they were added.
   */
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
      // An error of the listener must not stop the dialing.
    }
  }

  /** Ends the ticket, and returns its previous state. */
  end(): 'waiting' | 'alive' | 'over' {
    const was = this.#state;
    this.#state = 'over';
    return was;
  }
}

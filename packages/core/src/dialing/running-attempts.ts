import type { RunningAttempt } from './dial-attempt.ts';
import type { DialerTicket } from './dial-ticket.ts';

/** An attempt in its SYN phase that has used this share of its time may be given up for another one. */
const usedUpShare = 0.9;

/** The attempts of a dialer that are under way, each with the request it is made for. */
export class RunningAttempts {
  readonly #running = new Map<RunningAttempt, DialerTicket>();

  add(attempt: RunningAttempt, ticket: DialerTicket): void {
    this.#running.set(attempt, ticket);
  }

  remove(attempt: RunningAttempt): void {
    this.#running.delete(attempt);
  }

  /** The attempts made for this request. */
  of(ticket: DialerTicket): readonly RunningAttempt[] {
    return [...this.#running].filter(([, owner]) => owner === ticket).map(([attempt]) => attempt);
  }

  /** The requests for which an attempt is under way. */
  tickets(): Iterable<DialerTicket> {
    return this.#running.values();
  }

  get isHandshaking(): boolean {
    return this.#some((attempt) => attempt.isConnected);
  }

  get isPatient(): boolean {
    return this.#some((attempt) => attempt.patient);
  }

  /** Whether another attempt may begin. For it, an attempt that is unlikely to connect any more is given up. */
  makeRoom(maxRunning: number): boolean {
    if (this.#running.size < maxRunning) return true;
    for (const attempt of this.#running.keys()) {
      if (attempt.patient || attempt.synShare < usedUpShare) continue;
      attempt.expire('connect-timeout');
      return true;
    }
    return false;
  }

  #some(holds: (attempt: RunningAttempt) => boolean): boolean {
    for (const attempt of this.#running.keys()) if (holds(attempt)) return true;
    return false;
  }
}

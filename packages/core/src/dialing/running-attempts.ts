import type { RunningAttempt } from './dial-attempt.ts';
import type { DialerTicket } from './dial-ticket.ts';

/** An attempt in its SYN phase that has used this share of its time may be ended to make room for another attempt. */
const usedUpShare = 0.9;

/** A dialer's attempts in progress, each with the request that it is made for. */
export class RunningAttempts {
  readonly #running = new Map<RunningAttempt, DialerTicket>();

  add(attempt: RunningAttempt, ticket: DialerTicket): void {
    this.#running.set(attempt, ticket);
  }

  remove(attempt: RunningAttempt): void {
    this.#running.delete(attempt);
  }

  /** Ends an attempt that is no longer needed, without reporting a result. */
  withdraw(attempt: RunningAttempt): void {
    this.remove(attempt);
    attempt.withdraw();
  }

  /** Returns the running attempts for this request. */
  of(ticket: DialerTicket): readonly RunningAttempt[] {
    return [...this.#running].filter(([, owner]) => owner === ticket).map(([attempt]) => attempt);
  }

  /** Returns the requests for which an attempt is running. */
  tickets(): Iterable<DialerTicket> {
    return this.#running.values();
  }

  /** Whether an attempt is running that is not connected yet. */
  get isConnecting(): boolean {
    return this.#some((attempt) => !attempt.isConnected);
  }

  get isHandshaking(): boolean {
    return this.#some((attempt) => attempt.isConnected);
  }

  get isPatient(): boolean {
    return this.#some((attempt) => attempt.patient);
  }

  /**
   * Returns whether another attempt may begin. With `isProven`, the endpoint accepts connections, so that attempts that
   * take long are read late by a busy process; otherwise, if necessary, one that is unlikely to connect is ended.
   */
  makeRoom(maxRunning: number, isProven: boolean): boolean {
    if (this.#running.size < maxRunning) return true;
    if (isProven) return false;
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

/** Time for one SYN per attempt: the kernel would send a second one after a second. */
export const synTimeoutMs = 950;
/** The longest time for one: a server that is farther away is out of reach. */
const maxSynDeadlineMs = 3_000;
const slowHandshakeMs = 100;

/**
 * How long connecting to this endpoint and the handshake with it take, learnt from earlier attempts. So a short period
 * does not cut off a server that is merely far away, and an overloaded server is recognised.
 */
export class DialSpeed {
  #synMs: number | undefined;
  #handshakeMs: number | undefined;
  /** Patient attempts in a row that were overdue. */
  #overdue = 0;

  /**
   * The time that an attempt has to connect: one period, and at least three times what connecting took so far. One of the
   * two attempts that may overlap is patient, to reach a server farther away than the period; the other ones find out
   * whether a new SYN gets through.
   */
  synDeadline(periodMs: number, isPatientRunning: boolean): { synDeadlineMs: number; patient: boolean } {
    const usual = Math.max(
      Math.min(periodMs, synTimeoutMs),
      Math.min(3 * (this.#synMs ?? 0), maxSynDeadlineMs),
    );
    const patient = !isPatientRunning && usual < this.#patienceMs;
    return { synDeadlineMs: patient ? this.#patienceMs : usual, patient };
  }

  /** The time of an attempt whose request is patient. */
  patientDeadline(): { synDeadlineMs: number; patient: boolean } {
    const usual = Math.min(3 * (this.#synMs ?? 0), maxSynDeadlineMs);
    return { synDeadlineMs: Math.max(this.#patienceMs, usual), patient: true };
  }

  /** How long a connection takes to be made, its handshake included. */
  get connectMs(): number {
    return (this.#synMs ?? 0) + (this.#handshakeMs ?? 0);
  }

  connected(synMs: number): void {
    this.#overdue = 0;
    this.#synMs = smooth(this.#synMs, synMs);
  }

  /** An attempt ended before it was connected: at its deadline, or because the endpoint refused it. */
  missed(isOverdue: boolean, isPatient: boolean): void {
    if (!isOverdue) this.#overdue = 0;
    else if (isPatient) this.#overdue++;
  }

  /** In turns: long enough for one SYN, and for a server farther away than that. */
  get #patienceMs(): number {
    return this.#overdue % 2 === 0 ? synTimeoutMs : maxSynDeadlineMs;
  }

  /** Learns the length of a successful handshake. True when it is so long that the server must be overloaded. */
  handshakeDone(handshakeMs: number): boolean {
    const baseline = this.#handshakeMs;
    this.#handshakeMs = smooth(baseline, handshakeMs);
    return baseline !== undefined && handshakeMs > Math.max(10 * baseline, slowHandshakeMs);
  }
}

/** Falls at once and rises slowly, so that one slow answer does not become the norm. */
function smooth(known: number | undefined, sample: number): number {
  return known === undefined || sample < known ? sample : known + (sample - known) / 8;
}

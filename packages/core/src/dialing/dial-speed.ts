/** One SYN per attempt: the kernel sends the second one after a second. */
export const synTimeoutMs = 950;
const maxSynDeadlineMs = 3_000;
const slowHandshakeMs = 100;

/**
 * How fast this endpoint connects and proves itself, as learnt from those attempts that got so far. It keeps a short
 * period from cutting off a server that is merely far away, and tells a loaded server from a quick one.
 */
export class DialSpeed {
  #synMs: number | undefined;
  #handshakeMs: number | undefined;
  #wasOverdue = false;

  /**
   * The time an attempt has to connect: one period, and at least three times what connecting took so far. After an
   * overdue attempt one of the two that may overlap is patient: a server farther away than the period is found too.
   */
  synDeadline(periodMs: number, isPatientRunning: boolean): { synDeadlineMs: number; patient: boolean } {
    const usual = Math.max(
      Math.min(periodMs, synTimeoutMs),
      Math.min(3 * (this.#synMs ?? 0), maxSynDeadlineMs),
    );
    const patient = this.#wasOverdue && !isPatientRunning && usual < synTimeoutMs;
    return { synDeadlineMs: patient ? synTimeoutMs : usual, patient };
  }

  /** The time of an attempt whose request is patient. */
  patientDeadline(): { synDeadlineMs: number; patient: boolean } {
    const usual = Math.min(3 * (this.#synMs ?? 0), maxSynDeadlineMs);
    return { synDeadlineMs: Math.max(synTimeoutMs, usual), patient: true };
  }

  connected(synMs: number): void {
    this.#wasOverdue = false;
    this.#synMs = smooth(this.#synMs, synMs);
  }

  /** An attempt ended before it was connected. */
  missed(isOverdue: boolean): void {
    this.#wasOverdue = isOverdue;
  }

  /** Takes the length of a handshake that succeeded; true when it shows a server that has too much to do. */
  proved(handshakeMs: number): boolean {
    const baseline = this.#handshakeMs;
    this.#handshakeMs = smooth(baseline, handshakeMs);
    return baseline !== undefined && handshakeMs > Math.max(10 * baseline, slowHandshakeMs);
  }
}

/** Falls at once and rises slowly: one slow answer is no new normal. */
function smooth(known: number | undefined, sample: number): number {
  return known === undefined || sample < known ? sample : known + (sample - known) / 8;
}

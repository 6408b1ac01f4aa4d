import type { DialRequest } from './dial-request.ts';

/** Time limit for one SYN: just under the second after which the kernel would resend it. */
const synTimeoutMs = 950;
/** Maximum time limit for one SYN: a server that is farther away counts as unreachable. */
const maxSynDeadlineMs = 3_000;
const slowHandshakeMs = 100;

/**
 * Remembers how long the TCP connection to an endpoint and the handshake usually take, in order to compute time limits
 * that are long enough for a distant server, and to recognise an overloaded server.
 */
export class DialSpeed {
  #synMs: number | undefined;
  #handshakeMs: number | undefined;
  /**
   * Whether the next patient attempt may take `maxSynDeadlineMs`, because the last one was overdue with a shorter
   * limit.
   */
  #isFarNext = false;

  /**
   * Returns the time limit for connecting: the period between two attempts or, if that is longer, three times as long
   * as connecting has usually taken. Of several attempts that overlap, one is patient: it has a longer limit, so that
   * it can reach a server whose round trip exceeds the period. The other attempts end sooner, so that new SYNs are sent
   * in case earlier ones were dropped.
   */
  synDeadline(periodMs: number, isPatientRunning: boolean): { synDeadlineMs: number; patient: boolean } {
    const usual = Math.max(
      Math.min(periodMs, synTimeoutMs),
      Math.min(3 * (this.#synMs ?? 0), maxSynDeadlineMs),
    );
    const patient = !isPatientRunning && usual < this.#patienceMs;
    return { synDeadlineMs: patient ? this.#patienceMs : usual, patient };
  }

  /** Returns how long the next attempt may take to connect, and whether it is patient: has the longer time limit. */
  deadlineOf(
    { isPatient = false }: Pick<DialRequest, 'isPatient'>,
    periodMs: number,
    isPatientRunning: boolean,
  ): { synDeadlineMs: number; patient: boolean } {
    return isPatient ? this.patientDeadline() : this.synDeadline(periodMs, isPatientRunning);
  }

  /** Returns the time limit for an attempt whose request has `isPatient` set. */
  patientDeadline(): { synDeadlineMs: number; patient: boolean } {
    const usual = Math.min(3 * (this.#synMs ?? 0), maxSynDeadlineMs);
    return { synDeadlineMs: Math.max(this.#patienceMs, usual), patient: true };
  }

  /** How long it usually takes to make a connection, including its handshake; 0 until one has been made. */
  get connectMs(): number {
    return (this.#synMs ?? 0) + (this.#handshakeMs ?? 0);
  }

  connected(synMs: number): void {
    this.#isFarNext = false;
    this.#synMs = smooth(this.#synMs, synMs);
  }

  /** Records an attempt that ended before it was connected: at its deadline, or because the endpoint refused it. */
  missed(isOverdue: boolean, isPatient: boolean): void {
    if (!isOverdue) this.#isFarNext = false;
    else if (isPatient) this.#isFarNext = !this.#isFarNext;
  }

  /**
   * The time limit for connecting in a patient attempt, which may reach a distant server: `synTimeoutMs`, or
   * `maxSynDeadlineMs` if the last patient attempt was overdue with `synTimeoutMs`.
   */
  get #patienceMs(): number {
    return this.#isFarNext ? maxSynDeadlineMs : synTimeoutMs;
  }

  /**
   * Records the duration of a successful handshake. Returns whether the handshake took so long that the server must be
   * overloaded.
   */
  handshakeDone(handshakeMs: number): boolean {
    const baseline = this.#handshakeMs;
    this.#handshakeMs = smooth(baseline, handshakeMs);
    return baseline !== undefined && handshakeMs > Math.max(10 * baseline, slowHandshakeMs);
  }
}

/**
 * Returns the average duration after one more measurement (`sample`). The average falls to a shorter sample immediately
 * but rises slowly, so that one slow response does not become the norm.
 */
function smooth(known: number | undefined, sample: number): number {
  return known === undefined || sample < known ? sample : known + (sample - known) / 8;
}

import type { CauseCode } from '../cause.ts';
import type { Clock, TimerHandle } from '../clock.ts';
import { debug } from '../observability/debug.ts';
import type { Target, VerifiedSocket } from '../handshake/establish.ts';
import type { Settings } from '../options/settings.ts';
import type { Wire } from '../socket/wire.ts';
import { SecondConnection, type SecondAnswer } from './second-connection.ts';

/** The result of an inquiry into a silent connection. */
export type InquiryFinding =
  /**
   * The server is away: it answers on no connection (`isSilent`), or replies that it cannot serve. The inquiry goes on.
   */
  | { readonly kind: 'away'; readonly cause: CauseCode; readonly isSilent?: boolean }
  /** The server is working again, and nothing suggests that the connection is dead. */
  | { readonly kind: 'serves' }
  /** The server is working, and the connection is dead. The second connection may replace it. */
  | { readonly kind: 'dead'; readonly replacement: VerifiedSocket }
  /** The server cannot be reached. */
  | { readonly kind: 'gone'; readonly cause: CauseCode };

/** The pace of an inquiry, derived from what is known about the server. */
export interface InquiryPace {
  /**
   * Minimum interval between attempts, in milliseconds, so that the server is not overloaded by this client's fleet.
   */
  readonly periodMs: number;
  /** How long it takes to establish a connection, including the handshake. */
  readonly connectMs: number;
}

/** A second connection may take this many times as long to establish as earlier connections did. */
const toleratedConnects = 2;
const totalGrowth = 1.5;
const minGraceMs = 50;
const maxGraceMs = 200;

/**
 * Finds out why a connection is silent by asking over a second one. A socket is never closed on suspicion alone, only
 * when the server answers on the second connection but still not on the first. The inquiry goes on while the server is
 * away.
 */
export class StallInquiry {
  readonly #settings: Settings;
  readonly #clock: Clock;
  readonly #wire: Wire;
  readonly #second: SecondConnection;
  readonly #pace: () => InquiryPace;
  readonly #tell: (finding: InquiryFinding) => void;
  /** A second connection on which the server answered, kept while the first one gets a little more time. */
  #candidate: VerifiedSocket | undefined;
  #timer: TimerHandle | undefined;
  /** Why the server is away; undefined if it is not known to be away. */
  #awayCause: CauseCode | undefined;
  /**
   * Time limit of the next attempt. Grows with each attempt, in case the server is working and only connecting is slow.
   */
  #totalMs = 0;
  #since = -Infinity;
  #isOn = false;

  constructor(
    target: Target,
    wire: Wire,
    settings: Settings,
    pace: () => InquiryPace,
    tell: (finding: InquiryFinding) => void,
  ) {
    this.#settings = settings;
    this.#clock = settings.clock;
    this.#wire = wire;
    this.#second = new SecondConnection(target, wire, settings.clock, () => pace().periodMs);
    this.#pace = pace;
    this.#tell = tell;
  }

  /** Call when the connection has fallen silent. */
  begin(): void {
    this.#isOn = true;
    this.#since = this.#clock.now();
    debug('%s: stall suspected, the server is asked over a second connection', this.#settings.name);
    this.#ask();
  }

  /** Call when the server itself has replied that it cannot serve: keeps asking until the server can serve. */
  await(cause: CauseCode): void {
    this.#isOn = true;
    this.#awayCause = cause;
    this.#askLater();
  }

  stop(): void {
    this.#isOn = false;
    this.#awayCause = undefined;
    this.#totalMs = 0;
    this.#second.stop();
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#candidate?.socket.destroy();
    this.#candidate = undefined;
  }

  #ask(): void {
    const { handshakeTimeoutMs } = this.#settings.connection;
    const answerMs = Math.max(this.#wire.roundTrip.limitMs(), toleratedConnects * this.#pace().connectMs);
    const totalMs = Math.min(handshakeTimeoutMs, Math.max(this.#totalMs, 2 * answerMs));
    this.#totalMs = totalMs * totalGrowth;
    const onNoAnswer = (): void => {
      debug('%s: no answer over the second connection either', this.#settings.name);
      this.#findAway('stalled', true);
    };
    void this.#second.ask({ answerMs, totalMs }, onNoAnswer).then((answer) => this.#judge(answer));
  }

  #askLater(): void {
    if (this.#timer !== undefined) return;
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      this.#ask();
    }, this.#settings.connection.minPeriodMs);
  }

  #findAway(cause: CauseCode, isSilent = false): void {
    this.#awayCause = cause;
    this.#tell({ kind: 'away', cause, isSilent });
  }

  #judge(answer: SecondAnswer): void {
    if (!this.#isOn) {
      if (answer.kind === 'serves') answer.verified.socket.destroy();
      return;
    }
    const why = answer.kind === 'serves' ? 'it answers there' : answer.cause;
    debug('%s: second connection: %s (%s)', this.#settings.name, answer.kind, why);
    switch (answer.kind) {
      case 'unreachable':
        this.#tell({ kind: 'gone', cause: answer.cause });
        return;
      case 'away':
        this.#findAway(answer.cause, answer.isSilent);
        this.#askLater();
        return;
      case 'serves':
        this.#weigh(answer.verified);
        return;
      default:
        answer satisfies never;
    }
  }

  #weigh(verified: VerifiedSocket): void {
    if (this.#awayCause !== undefined && this.#awayCause !== 'stalled') {
      verified.socket.destroy();
      this.#tell({ kind: 'serves' });
      return;
    }
    // When a frozen server resumes, it answers on both connections, in either order. The first connection is therefore
    // given a moment longer.
    const graceMs = Math.min(maxGraceMs, minGraceMs + 4 * this.#wire.roundTrip.meanMs);
    this.#candidate = verified;
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      this.#candidate = undefined;
      if (this.#wire.aliveAt >= this.#since) {
        verified.socket.destroy();
        this.#tell({ kind: 'serves' });
        return;
      }
      // If the second connection has broken in the meantime, its answer no longer proves anything.
      if (verified.socket.destroyed) {
        this.#ask();
        return;
      }
      debug('%s: the socket is dead, the second connection takes its place', this.#settings.name);
      this.#tell({ kind: 'dead', replacement: verified });
    }, graceMs);
  }
}

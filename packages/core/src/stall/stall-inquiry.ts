import type { CauseCode } from '../cause.ts';
import type { Clock, TimerHandle } from '../clock.ts';
import { debug } from '../observability/debug.ts';
import type { Target, VerifiedSocket } from '../handshake/establish.ts';
import type { Settings } from '../options/settings.ts';
import type { Wire } from '../socket/wire.ts';
import { SecondConnection, type SecondAnswer } from './second-connection.ts';

/** What an inquiry found out about a silent connection. */
export type InquiryFinding =
  /** The server is away: it answers no connection (`isSilent`), or says that it does not serve. The inquiry goes on. */
  | { readonly kind: 'away'; readonly cause: CauseCode; readonly isSilent?: boolean }
  /** The server serves again, and nothing is known against the connection. */
  | { readonly kind: 'serves' }
  /** The server serves, and the connection is dead. The second one may take its place. */
  | { readonly kind: 'dead'; readonly replacement: VerifiedSocket }
  /** The server cannot be reached. */
  | { readonly kind: 'gone'; readonly cause: CauseCode };

/** How a server is asked, by what is known of it. */
export interface InquiryPace {
  /** The distance between questions that the server can bear from this client. */
  readonly periodMs: number;
  /** How long a connection takes to be made, its handshake included. */
  readonly connectMs: number;
}

/** A second connection may take twice as long as connections took so far. */
const toleratedConnects = 2;
const totalGrowth = 1.5;
const minGraceMs = 50;
const maxGraceMs = 200;

/**
 * Finds out why a connection is silent, by asking over a second one. A socket is never closed on suspicion alone, only
 * when the second connection is answered and the first one still is not. While the server is away, the inquiry goes on.
 */
export class StallInquiry {
  readonly #settings: Settings;
  readonly #clock: Clock;
  readonly #wire: Wire;
  readonly #second: SecondConnection;
  readonly #pace: () => InquiryPace;
  readonly #tell: (finding: InquiryFinding) => void;
  /** A second connection that was answered, while the first one is given a moment. */
  #candidate: VerifiedSocket | undefined;
  #timer: TimerHandle | undefined;
  /** Why the server is known to be away; undefined while it is not. */
  #awayCause: CauseCode | undefined;
  /** Grows with each question, for a server that is only slow to connect to. */
  #totalMs = 0;
  #since = -Infinity;
  #isOn = false;

  /** `pace`: the distance between questions that the server can bear, and how long connecting takes. */
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

  /** The connection is silent. */
  begin(): void {
    this.#isOn = true;
    this.#since = this.#clock.now();
    debug('%s: stall suspected, the server is asked over a second connection', this.#settings.name);
    this.#ask();
  }

  /** The server itself said that it does not serve: asks it, at the pace of dialing, until it does. */
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
    // A server that thaws answers both connections, in either order: give the first one a moment.
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
      // What was found out is void when the second connection broke meanwhile.
      if (verified.socket.destroyed) {
        this.#ask();
        return;
      }
      debug('%s: the socket is dead, the second connection takes its place', this.#settings.name);
      this.#tell({ kind: 'dead', replacement: verified });
    }, graceMs);
  }
}

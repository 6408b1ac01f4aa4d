import type { CauseCode } from '../cause.ts';
import type { Clock, TimerHandle } from '../clock.ts';
import type { Dialer } from '../dialing/dialer.ts';
import { afterRunning } from '../event-loop/after-running.ts';
import { debug } from '../observability/debug.ts';
import { servingPollMs } from '../handshake/await-serving.ts';
import type { Target, VerifiedSocket } from '../handshake/establish.ts';
import type { Settings } from '../options/settings.ts';
import type { Wire } from '../socket/wire.ts';
import { secondConnectionTo } from './second-connections.ts';
import type { SecondAnswer } from './second-question.ts';
import type { SpareSocket } from './spare-socket.ts';

/** The result of an inquiry into a silent connection. */
export type InquiryFinding =
  /**
   * The server is unavailable: it does not answer on the second connection either (`isSilent`), or replies that it
   * cannot serve. The inquiry continues.
   */
  | { readonly kind: 'away'; readonly cause: CauseCode; readonly isSilent?: boolean }
  /** The server is working again, and nothing suggests that the connection is dead. */
  | { readonly kind: 'serves' }
  /**
   * The server is working, and the connection is dead. `replacement` is the socket of the second connection; undefined
   * if another dead connection has taken that socket, or if that socket has another database number, name, READONLY
   * mode or protocol version than the dead connection.
   */
  | { readonly kind: 'dead'; readonly replacement: VerifiedSocket | undefined }
  /** The server cannot be reached. */
  | { readonly kind: 'gone'; readonly cause: CauseCode };

/** Provides the dialer for the current endpoint of a connection, which may change. */
export interface InquiryEndpoint {
  readonly dialer: Dialer;
}

/** A second connection may take this many times as long to establish as earlier connections did. */
const toleratedConnects = 2;
const minGraceMs = 50;
/**
 * A server may refuse commands but not PING, for example with CLUSTERDOWN. If the server replies twice within this time
 * that it cannot serve, it is therefore asked again only after `minPeriodMs`.
 */
const repeatedMs = 1000;
const maxGraceMs = 200;

/**
 * Finds out why a connection is silent by asking the server over a second connection, which all silent connections to
 * that server share. A silent socket is closed only if the server answers on the second connection but still not on the
 * silent one, or if the server cannot be reached at all. As long as the server is unavailable, the server is asked
 * again and again.
 */
export class StallInquiry {
  readonly #target: Target;
  readonly #settings: Settings;
  readonly #clock: Clock;
  readonly #wire: Wire;
  readonly #endpoint: InquiryEndpoint;
  readonly #tell: (finding: InquiryFinding) => void;
  /** Withdraws the question that the server has been asked about this connection; undefined if none is open. */
  #withdraw: (() => void) | undefined;
  /**
   * The socket of a second connection on which the server answered. If the server serves, the socket is kept while the
   * silent connection gets a little more time; if not, it is kept to ask the server again.
   */
  #spare: SpareSocket | undefined;
  #timer: TimerHandle | undefined;
  #stopWaiting: (() => void) | undefined;
  /** Why the server is unavailable; undefined if it is not known to be unavailable. */
  #awayCause: CauseCode | undefined;
  #since = -Infinity;
  #awaitedAt = -Infinity;

  constructor(
    target: Target,
    wire: Wire,
    settings: Settings,
    endpoint: InquiryEndpoint,
    tell: (finding: InquiryFinding) => void,
  ) {
    this.#target = target;
    this.#settings = settings;
    this.#clock = settings.clock;
    this.#wire = wire;
    this.#endpoint = endpoint;
    this.#tell = tell;
  }

  /** Call when the connection has fallen silent. */
  begin(): void {
    this.#since = this.#clock.now();
    debug('%s: stall suspected, the server is asked over a second connection', this.#settings.name);
    this.#ask();
  }

  /** Call when the server itself has replied that it cannot serve: keeps asking until the server can serve. */
  await(cause: CauseCode): void {
    const now = this.#clock.now();
    const isRepeated = now - this.#awaitedAt < repeatedMs;
    this.#awaitedAt = now;
    this.#awayCause = cause;
    this.#askLater(isRepeated ? this.#settings.connection.minPeriodMs : this.#pollMs);
  }

  stop(): void {
    this.#awayCause = undefined;
    this.#withdraw?.();
    this.#withdraw = undefined;
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    this.#spare?.release();
    this.#spare = undefined;
  }

  #ask(): void {
    const { dialer } = this.#endpoint;
    this.#withdraw?.();
    this.#withdraw = secondConnectionTo(this.#target, dialer, this.#clock).ask({
      target: this.#target,
      identity: this.#wire.identity,
      answerMs: Math.max(this.#wire.roundTrip.limitMs(), toleratedConnects * dialer.speed.connectMs),
      tell: (answer) => this.#judge(answer),
    });
  }

  #askLater(delayMs: number): void {
    if (this.#timer !== undefined || this.#stopWaiting !== undefined) return;
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      this.#ask();
    }, delayMs);
  }

  get #pollMs(): number {
    return servingPollMs(this.#endpoint.dialer.fleetSize);
  }

  #findAway(cause: CauseCode, isSilent = false): void {
    this.#awayCause = cause;
    this.#tell({ kind: 'away', cause, isSilent });
  }

  #judge(answer: SecondAnswer): void {
    debug(
      '%s: second connection: %s (%s)',
      this.#settings.name,
      answer.kind,
      'cause' in answer ? answer.cause : 'stalled',
    );
    if (answer.kind !== 'unanswered') {
      this.#withdraw = undefined;
      this.#spare?.release();
      this.#spare = undefined;
    }
    switch (answer.kind) {
      case 'unreachable':
        this.#tell({ kind: 'gone', cause: answer.cause });
        return;
      case 'unanswered':
        this.#findAway('stalled', true);
        return;
      case 'away':
        this.#spare = answer.spare;
        this.#askLater(answer.spare === undefined ? this.#settings.connection.minPeriodMs : this.#pollMs);
        this.#findAway(answer.cause);
        return;
      case 'serves':
        this.#weigh(answer.spare);
        return;
      default:
        answer satisfies never;
    }
  }

  #weigh(spare: SpareSocket): void {
    if (this.#awayCause !== undefined && this.#awayCause !== 'stalled') {
      spare.release();
      this.#tell({ kind: 'serves' });
      return;
    }
    // When a frozen server resumes, it answers on both connections, in either order, so the silent connection is given
    // a moment longer.
    const graceMs = Math.min(maxGraceMs, minGraceMs + this.#wire.roundTrip.toleratedDelayMs);
    this.#spare = spare;
    this.#stopWaiting = afterRunning(this.#clock, graceMs, () => {
      this.#stopWaiting = undefined;
      this.#spare = undefined;
      this.#conclude(spare);
    });
  }

  #conclude(spare: SpareSocket): void {
    const { isBroken } = spare;
    const isAlive = this.#wire.aliveAt >= this.#since;
    const replacement = isAlive ? undefined : spare.take(this.#target);
    spare.release();
    if (isAlive) this.#tell({ kind: 'serves' });
    // If the second connection has closed in the meantime, the answer on it no longer proves anything.
    else if (isBroken) this.#ask();
    else {
      debug(
        '%s: the socket is dead, %s',
        this.#settings.name,
        replacement === undefined ? 'another one is dialed' : 'the second connection takes its place',
      );
      this.#tell({ kind: 'dead', replacement });
    }
  }
}

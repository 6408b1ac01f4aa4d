import type { CauseCode } from '../cause.ts';
import type { Clock } from '../clock.ts';
import type { DialAttempt, DialResult, DialTicket } from '../dialing/dial-request.ts';
import type { Dialer } from '../dialing/dialer.ts';
import { clientsIn } from '../dialing/fleet-size.ts';
import type { EstablishError, Target, VerifiedSocket } from '../handshake/establish.ts';
import { hedgedEstablish } from '../handshake/hedging/hedged-establish.ts';
import { judgePing } from '../handshake/proof-error.ts';
import { request } from '../replies/request.ts';
import { EarlyAnswers } from './early-answers.ts';
import { heldByServer } from './held-by-server.ts';
import { SecondQuestion, type SecondAnswer, type SilentConnection } from './second-question.ts';
import { SpareSocket } from './spare-socket.ts';
import { afterRunning, runningTime } from '../event-loop/after-running.ts';
import { Cancellation, type CancelSignal } from '../event-loop/cancellation.ts';

/** Causes of a failed attempt which mean that no Redis server is listening at the endpoint. */
const unreachable: ReadonlySet<CauseCode> = new Set(['connection-refused', 'connection-reset', 'protocol']);
/**
 * Causes of a failed attempt which mean only that the server has not answered yet. After such a failure, the dialer
 * tries again, and the questions about silent connections stay open, each until its own time limit.
 */
const unanswered: ReadonlySet<CauseCode> = new Set(['connect-timeout', 'handshake-timeout']);

/**
 * The connection that is opened to find out why other connections to the same server are silent. One result holds for
 * all silent connections: either the server is unavailable, or it works and the silent connections may be dead. The
 * endpoint's dialer makes the second connection before all others. One second connection is enough however many
 * connections are silent, so the process does not burden the server with attempts.
 */
export class SecondConnection {
  readonly target: Target;
  readonly #dialer: Dialer;
  readonly #clock: Clock;
  readonly #open = new Set<SecondQuestion>();
  #ticket: DialTicket | undefined;
  /** The sockets of successful attempts that the dialer has not reported yet. */
  readonly #verified = new Set<SpareSocket>();
  /** The socket on which the server answered last. */
  #spare: SpareSocket | undefined;
  #isAsking = false;

  constructor(target: Target, dialer: Dialer, clock: Clock) {
    this.target = target;
    this.#dialer = dialer;
    this.#clock = clock;
  }

  /** Whether a question is open, or a socket remains on which another question can be asked. */
  get isInUse(): boolean {
    return this.#open.size > 0 || this.#spare?.isUsable === true;
  }

  /** Asks the server about a silent connection. Returns a function that withdraws the question. */
  ask(about: SilentConnection): () => void {
    const question = new SecondQuestion(about, this.#clock);
    this.#open.add(question);
    if (this.#spare?.isUsable === true) void this.#askOver(this.#spare, about.answerMs);
    else this.#dial();
    return () => this.#withdraw(question);
  }

  #withdraw(question: SecondQuestion): void {
    question.close();
    this.#open.delete(question);
    if (this.#open.size === 0) this.#hangUp();
  }

  #dial(): void {
    this.#ticket ??= this.#dialer.dial({
      priority: 'inquiry',
      attempt: (attempt) => this.#attempt(attempt),
      onAttempt: ({ cause }) => (cause === undefined ? this.#succeeded() : this.#failed(cause)),
    });
  }

  #hangUp(): void {
    this.#ticket?.cancel();
    this.#ticket = undefined;
  }

  async #attempt(attempt: DialAttempt): Promise<DialResult> {
    const beganAt = runningTime(this.#clock);
    // The silent connections may differ in database number, name or READONLY. The second connection is set up like the
    // first silent connection, which it will probably replace.
    const [first] = this.#open;
    const target = first?.about.target ?? this.target;
    const connected = (): void => {
      attempt.connected();
      for (const question of this.#open) question.connected(runningTime(this.#clock) - beganAt);
    };
    const early = new EarlyAnswers();
    const preparing = attempt.preparing.bind(attempt);
    const progress = { connected, preparing, questions: () => early.questionsAbout(this.#open) };
    const pace = { periodMs: this.#dialer.periodMs, turns: this.#dialer.hedgeTurns };
    let verified: VerifiedSocket | undefined;
    try {
      verified = await hedgedEstablish(target, this.#clock, attempt.signal, progress, pace);
      if (verified.proof.waiting === undefined) {
        early.apply(verified.proof);
        await this.#askWhichAreHeld(verified, attempt.signal);
      }
      const spare = new SpareSocket(verified, target);
      this.#verified.add(spare);
      const discard = (): void => {
        this.#verified.delete(spare);
        spare.verified.socket.destroy();
      };
      return { ok: true, fleetSize: clientsIn(verified.proof.info), discard };
    } catch (error) {
      verified?.socket.destroy();
      const { reason = 'handshake-timeout' } = error as Partial<EstablishError>;
      return { ok: false, cause: reason, error };
    }
  }

  /**
   * Asks which silent connections the server itself keeps waiting, and asks again if further connections fall silent in
   * the meantime.
   */
  async #askWhichAreHeld(verified: VerifiedSocket, signal: CancelSignal): Promise<void> {
    for (;;) {
      const unasked = [...this.#open].filter(({ isHeld }) => isHeld === undefined);
      if (unasked.length === 0) return;
      const identities = unasked.map(({ about }) => about.identity);
      const held = await heldByServer(verified, identities, signal);
      for (const [index, question] of unasked.entries()) question.isHeld = held[index] === true;
    }
  }

  /**
   * Asks over the socket on which the server has just answered another question. If the server does not answer on this
   * socket in time, a new connection is dialed.
   */
  async #askOver(spare: SpareSocket, answerMs: number): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    spare.hold();
    let waiting: CauseCode | undefined;
    const asking = new Cancellation();
    const late = (): void => asking.abort(new Error('No answer in time.'));
    const stopWaiting = afterRunning(this.#clock, answerMs, late);
    const isAnswered = await spare
      .ask(async (verified) => {
        const [reply] = await request(verified.socket, [['PING']], asking);
        waiting = judgePing(reply);
        if (waiting === undefined) await this.#askWhichAreHeld(verified, asking);
      })
      .then(yes, no);
    stopWaiting();
    this.#isAsking = false;
    if (isAnswered) this.#answer(spare, waiting);
    else if (this.#open.size > 0) this.#dial();
    spare.release();
  }

  #succeeded(): void {
    // The cast is safe, because an attempt adds its socket to `#verified` before it succeeds.
    const [spare] = this.#verified as Iterable<SpareSocket> as [SpareSocket];
    this.#verified.delete(spare);
    spare.hold();
    this.#answer(spare, spare.verified.proof.waiting);
    spare.release();
  }

  #failed(cause: CauseCode): void {
    if (unanswered.has(cause)) return;
    const kind = unreachable.has(cause) ? 'unreachable' : 'away';
    for (const question of this.#takeAll()) question.answer({ kind, cause });
  }

  /**
   * Answers all open questions, after the server has answered on `spare`. `waiting` is why the server does not serve
   * commands; undefined if it does.
   */
  #answer(spare: SpareSocket, waiting: CauseCode | undefined): void {
    this.#spare = spare;
    const questions = this.#takeAll();
    const served = questions.filter(({ isHeld }) => isHeld !== true);
    for (let count = 0; count < served.length; count++) spare.hold();
    const answer = waiting === undefined ? serves(spare) : { kind: 'away' as const, cause: waiting, spare };
    for (const question of questions) question.answer(question.isHeld === true ? held : answer);
  }

  #takeAll(): readonly SecondQuestion[] {
    const questions = [...this.#open];
    this.#open.clear();
    this.#hangUp();
    return questions;
  }
}

const yes = (): boolean => true;
const no = (): boolean => false;
const serves = (spare: SpareSocket): SecondAnswer => ({ kind: 'serves', spare });
const held = { kind: 'away', cause: 'stalled' } as const;

import { changesSubscriptions, isPastLogin } from '../driver/besides-replies.ts';
import type { Driver } from '../driver/driver.ts';
import { endOfPlainReply } from '../replies/plain-frame.ts';
import type { ProtocolErrorReason } from '../replies/protocol-error.ts';
import { ReplyFrames } from '../replies/reply-frames.ts';
import type { ParserTraits } from '../replies/frame-line.ts';
import type { ReplyLimits } from '../replies/reply-limits.ts';
import { messageOf } from '../replies/reply-shape.ts';
import { deliverAlone, type DeliversBytes } from './delivers-bytes.ts';

/** The parts of the driver that a guard needs in order to filter the bytes for the driver's parser. */
export type GuardedDriver = Pick<
  Driver,
  'parser' | 'unansweredCount' | 'oldestUnanswered' | 'besidesReplies' | 'answerPlain' | 'readUnsubscribed'
>;

/**
 * Why a peer's bytes must not reach the driver. `unasked`: no command was waiting for the reply. `shifted`: replies
 * were matched to the wrong commands.
 */
export type Breach = ProtocolErrorReason | 'unasked' | 'shifted';

/** Maximum size of a reply for which no caller waits any more, because the call's deadline has passed. */
const maxOrphanBytes = 64 * 1024 * 1024;

const nothing = Buffer.alloc(0);
const silentRefusal = Buffer.from('-WRONGPASS the server refused this login without a reply\r\n');

const push = 0x3e;
const list = 0x2a;
const simpleError = 0x2d;
const blobError = 0x21;

/**
 * Filters the bytes for the driver's parser, which trusts its peer: a reply that no command is waiting for, an array
 * nested ten thousand levels deep or a push without a type would crash the process, and an array of four billion
 * elements would fill its memory. Only replies that are well-formed, expected and within the limits are passed on.
 * After the first invalid or unexpected reply, no bytes are passed on.
 */
export class ReplyGuard {
  readonly #driver: GuardedDriver;
  readonly #limits: ReplyLimits;
  readonly #traits: ParserTraits;
  /**
   * Finds the ends of replies other than strings and numbers; undefined until such a reply arrives, because most
   * connections never get one.
   */
  #frames: ReplyFrames | undefined;
  #breach: Breach | undefined;
  /** The latest bytes of an incomplete reply to EXEC; `#findShift` examines the end of that reply. */
  #tail: Buffer = nothing;
  #replies = 0;
  /**
   * True as long as it is unknown where a reply begins, because commands were already unanswered when the guard was
   * created.
   */
  #isBlind: boolean;

  constructor(driver: GuardedDriver, limits: ReplyLimits) {
    this.#driver = driver;
    this.#limits = limits;
    this.#traits = driver.parser;
    this.#isBlind = driver.unansweredCount() > 0;
  }

  get breach(): Breach | undefined {
    return this.#breach;
  }

  /** Number of replies to commands that have been let through so far. */
  get replies(): number {
    return this.#replies;
  }

  /** Call when replies that were let through turn out to have been matched to the wrong commands. */
  distrust(): void {
    this.#breach ??= 'shifted';
  }

  /**
   * Passes bytes on to `sink`, up to the first reply that must not reach the driver. If `everyByte` is false, strings
   * and numbers may instead be handed directly to the commands that wait for them.
   */
  pass(chunk: Buffer, sink: DeliversBytes, everyByte = false): void {
    if (this.#breach !== undefined) return;
    if (this.#isBlind) {
      sink.deliver(chunk);
      this.#isBlind = this.#driver.unansweredCount() > 0;
    } else if (this.#isOrphanTooLarge()) this.#breach = 'too-large';
    else if (this.#lookAround() === 'nothing') this.#passAtOnce(chunk, sink, !everyByte);
    else this.#passOneByOne(chunk, sink);
  }

  #passAtOnce(chunk: Buffer, sink: DeliversBytes, maySpare: boolean): void {
    const { readsResp3 } = this.#traits;
    const unanswered = this.#driver.unansweredCount();
    let asked = unanswered;
    let at = 0;
    // Offset of the first byte that has not been delivered yet.
    let from = 0;
    let isSpared = maySpare;
    while (at < chunk.length && this.#breach === undefined) {
      if (this.#isBetween) {
        let end = asked > 0 ? endOfPlainReply(chunk, at, readsResp3) : -1;
        while (end !== -1) {
          if (isSpared) {
            if (from < at) sink.deliver(chunk.subarray(from, at));
            from = at;
            isSpared = this.#driver.answerPlain(chunk, at, end);
            if (isSpared) from = end;
          }
          at = end;
          end = --asked > 0 ? endOfPlainReply(chunk, at, readsResp3) : -1;
        }
        if (at === chunk.length) break;
        if (asked === 0 && chunk[at] !== push) this.#breach = 'unasked';
        if (this.#breach !== undefined) break;
      }
      const frames = this.#openFrames();
      const end = frames.next(chunk, at);
      this.#breach ??= frames.failure;
      if (end === -1) break;
      if (frames.marker === push) this.#breach ??= this.#breachOfPush(undefined);
      else asked--;
      if (this.#breach === undefined) at = end;
    }
    this.#replies += unanswered - asked;
    const stop = this.#breach === undefined ? chunk.length : at;
    if (from < stop) sink.deliver(stop - from === chunk.length ? chunk : chunk.subarray(from, stop));
  }

  /**
   * Inspects each reply or message only after the earlier ones have been delivered, because these determine what may
   * follow.
   */
  #passOneByOne(chunk: Buffer, sink: DeliversBytes): void {
    const frames = this.#openFrames();
    let at = 0;
    while (at < chunk.length) {
      const around = this.#lookAround();
      if (around === 'confirmations' && frames.isBetween) this.#answerSilentLogins(chunk[at], sink);
      const end = frames.next(chunk, at);
      this.#breach ??= frames.failure;
      if (end !== -1 && around !== 'lines') this.#breach ??= this.#breachOf(around === 'messages');
      if (around !== 'nothing')
        this.#findShift(chunk.subarray(at, end === -1 ? chunk.length : end), end !== -1);
      if (this.#breach !== undefined) return;
      this.#replies++;
      const read = (): void => deliverAlone(sink, chunk.subarray(at, end === -1 ? chunk.length : end));
      const { shape } = frames;
      if (end !== -1 && shape !== undefined && messageOf(shape) === 'unsubscribed')
        this.#driver.readUnsubscribed(shape.first, read);
      else read();
      if (end === -1) return;
      at = end;
    }
  }

  /**
   * Rejects a login that the server has refused without sending a reply, because the caller of the login would
   * otherwise get the reply to a later command.
   */
  #answerSilentLogins(marker: number | undefined, sink: DeliversBytes): void {
    const login = this.#driver.oldestUnanswered();
    if (login === undefined || login.isQueued === true || !isPastLogin(login.name, marker)) return;
    this.#replies++;
    deliverAlone(sink, silentRefusal);
    if (this.#driver.oldestUnanswered() === login) this.#breach ??= 'shifted';
    else this.#answerSilentLogins(marker, sink);
  }

  /**
   * Detects that replies to later commands were read as part of the reply to EXEC. This happens if the transaction
   * contains a login that the server refuses: the reply to EXEC then has no element for the login.
   */
  #findShift(piece: Buffer, isEnd: boolean): void {
    const mark = this.#driver.oldestUnanswered()?.followedBy;
    if (mark === undefined) return;
    const tail = Buffer.concat([this.#tail, piece.subarray(-mark.length - 2)]);
    if (!isEnd) this.#tail = tail.subarray(-mark.length - 2);
    else {
      this.#tail = nothing;
      if (tail.toString('latin1').endsWith(`${mark}\r\n`)) this.#breach ??= 'shifted';
    }
  }

  get #isBetween(): boolean {
    return this.#frames?.isBetween !== false;
  }

  #openFrames(): ReplyFrames {
    return (this.#frames ??= new ReplyFrames(this.#limits, this.#traits));
  }

  #lookAround(): ReturnType<Driver['besidesReplies']> {
    const around = this.#driver.besidesReplies();
    // `keepsShapes` changes only between replies, because the `ReplyShape` of a reply must be recorded from the first
    // byte of that reply.
    if (this.#isBetween && (this.#frames !== undefined || around !== 'nothing')) {
      const frames = this.#openFrames();
      frames.keepsShapes = around !== 'nothing';
      frames.allowsLongLines = around === 'lines';
    }
    return around;
  }

  #isOrphanTooLarge(): boolean {
    if (this.#frames === undefined || this.#isBetween || this.#frames.bytes <= maxOrphanBytes) return false;
    return this.#driver.oldestUnanswered()?.call?.settled === true;
  }

  #breachOf(hasMessages: boolean): Breach | undefined {
    const { marker, shape } = this.#openFrames();
    const command = this.#driver.oldestUnanswered()?.name.toLowerCase();
    if (marker === push) return this.#breachOfPush(command);
    const isError = marker === simpleError || marker === blobError;
    const message = marker === list && shape !== undefined ? messageOf(shape) : undefined;
    if (hasMessages && message !== undefined) {
      if (message === 'malformed' || message === 'message' || message === 'unsubscribed')
        return message === 'malformed' ? 'malformed' : undefined;
      if (message === 'subscribed') return shape?.first === command ? undefined : 'unasked';
    }
    if (command === undefined) return 'unasked';
    if (isError || !changesSubscriptions(command)) return undefined;
    const isConfirmed = message === 'subscribed' || message === 'unsubscribed';
    return isConfirmed && shape?.first === command ? undefined : 'malformed';
  }

  /**
   * Returns why a RESP3 push must not reach the driver; undefined if it may. `command` is the name of the oldest
   * unanswered command; undefined if that cannot be a subscribe or unsubscribe command.
   */
  #breachOfPush(command: string | undefined): Breach | undefined {
    const { shape } = this.#openFrames();
    const message = shape === undefined ? 'other' : messageOf(shape);
    if (message === 'malformed') return 'malformed';
    // The driver would mistake the confirmation of a subscription that no command requested for another command's
    // reply.
    return message === 'subscribed' && shape?.first !== command ? 'unasked' : undefined;
  }
}

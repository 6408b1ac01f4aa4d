import { changesSubscriptions } from '../driver/besides-replies.ts';
import type { Driver } from '../driver/driver.ts';
import { endOfPlainReply } from '../replies/plain-frame.ts';
import type { ProtocolErrorReason } from '../replies/protocol-error.ts';
import { ReplyFrames } from '../replies/reply-frames.ts';
import type { ReplyLimits } from '../replies/reply-limits.ts';
import { messageOf } from '../replies/reply-shape.ts';

/** What a guard has to know of the driver whose parser it stands before. */
export type GuardedDriver = Pick<
  Driver,
  'parser' | 'unansweredCount' | 'oldestUnanswered' | 'besidesReplies' | 'answerPlain'
>;

/**
 * Why the bytes of a peer must not reach the driver. `unasked`: a reply to no command. `shifted`: a reply to another
 * command than the one that it was taken for.
 */
export type Breach = ProtocolErrorReason | 'unasked' | 'shifted';

/** A reply whose caller was answered without it, because its deadline passed, may be this large. */
const maxOrphanBytes = 64 * 1024 * 1024;

const push = 0x3e;
const list = 0x2a;
const simpleError = 0x2d;
const blobError = 0x21;

/**
 * Stands before the parser of the driver, which trusts its peer: a reply that no command waits for, a list nested ten
 * thousand deep or a push without a kind would end the process, and a list of four billion elements would fill its
 * memory. Passes on what is well-formed, within the limits and asked for; at the first breach, nothing more.
 */
export class ReplyGuard {
  readonly #driver: GuardedDriver;
  readonly #frames: ReplyFrames;
  #breach: Breach | undefined;
  #replies = 0;
  /** Whether it is unknown where a reply begins: commands were unanswered when the guard came. */
  #isBlind: boolean;

  constructor(driver: GuardedDriver, limits: ReplyLimits) {
    this.#driver = driver;
    this.#frames = new ReplyFrames(limits, driver.parser);
    this.#isBlind = driver.unansweredCount() > 0;
  }

  get breach(): Breach | undefined {
    return this.#breach;
  }

  /** How many replies to commands passed so far. */
  get replies(): number {
    return this.#replies;
  }

  /** The replies that passed were shifted. */
  distrust(): void {
    this.#breach ??= 'shifted';
  }

  /**
   * Passes the bytes on to `deliver`, up to the reply with the first breach. Replies that the driver can be spared are
   * answered without it, unless `everyByte` has to be passed on.
   */
  pass(chunk: Buffer, deliver: (bytes: Buffer) => void, everyByte = false): void {
    if (this.#breach !== undefined) return;
    if (this.#isBlind) {
      deliver(chunk);
      this.#isBlind = this.#driver.unansweredCount() > 0;
    } else if (this.#isOrphanTooLarge()) this.#breach = 'too-large';
    else if (this.#lookAround() === 'nothing') this.#passAtOnce(chunk, deliver, !everyByte);
    else this.#passOneByOne(chunk, deliver);
  }

  #passAtOnce(chunk: Buffer, deliver: (bytes: Buffer) => void, maySpare: boolean): void {
    const frames = this.#frames;
    const unanswered = this.#driver.unansweredCount();
    let asked = unanswered;
    let at = 0;
    // Where the bytes begin that nobody has yet.
    let from = 0;
    let isSpared = maySpare;
    while (at < chunk.length && this.#breach === undefined) {
      if (frames.isBetween) {
        let end = asked > 0 ? endOfPlainReply(chunk, at) : -1;
        while (end !== -1) {
          if (isSpared) {
            if (from < at) deliver(chunk.subarray(from, at));
            from = at;
            isSpared = this.#driver.answerPlain(chunk, at, end);
            if (isSpared) from = end;
          }
          at = end;
          end = --asked > 0 ? endOfPlainReply(chunk, at) : -1;
        }
        if (at === chunk.length) break;
        if (asked === 0 && chunk[at] !== push) this.#breach = 'unasked';
        if (this.#breach !== undefined) break;
      }
      const end = frames.next(chunk, at);
      this.#breach ??= frames.failure;
      if (end === -1) break;
      if (frames.marker === push) this.#breach ??= this.#breachOfPush(undefined);
      else asked--;
      if (this.#breach === undefined) at = end;
    }
    this.#replies += unanswered - asked;
    const stop = this.#breach === undefined ? chunk.length : at;
    if (from < stop) deliver(stop - from === chunk.length ? chunk : chunk.subarray(from, stop));
  }

  /** Where messages may come between replies, each is looked at when those before it have reached their callers. */
  #passOneByOne(chunk: Buffer, deliver: (bytes: Buffer) => void): void {
    const frames = this.#frames;
    let at = 0;
    while (at < chunk.length) {
      const around = this.#lookAround();
      const end = frames.next(chunk, at);
      this.#breach ??= frames.failure;
      if (end !== -1 && around !== 'lines') this.#breach ??= this.#breachOf(around === 'messages');
      if (this.#breach !== undefined) return;
      this.#replies++;
      deliverAlone(deliver, chunk.subarray(at, end === -1 ? chunk.length : end));
      if (end === -1) return;
      at = end;
    }
  }

  #lookAround(): ReturnType<Driver['besidesReplies']> {
    const around = this.#driver.besidesReplies();
    // The shape is kept from the beginning of a reply on, or not at all.
    if (this.#frames.isBetween) {
      this.#frames.keepsShapes = around !== 'nothing';
      this.#frames.allowsLongLines = around === 'lines';
    }
    return around;
  }

  #isOrphanTooLarge(): boolean {
    if (this.#frames.isBetween || this.#frames.bytes <= maxOrphanBytes) return false;
    return this.#driver.oldestUnanswered()?.call?.settled === true;
  }

  #breachOf(hasMessages: boolean): Breach | undefined {
    const { marker, shape } = this.#frames;
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

  /** `command`: the oldest unanswered one, where it may be one that subscribes. */
  #breachOfPush(command: string | undefined): Breach | undefined {
    const { shape } = this.#frames;
    const message = shape === undefined ? 'other' : messageOf(shape);
    if (message === 'malformed') return 'malformed';
    // The driver takes it for the answer to its oldest command.
    return message === 'subscribed' && shape?.first !== command ? 'unasked' : undefined;
  }
}

// What a listener of the application throws is the application's, and must not cut off the bytes after it.
function deliverAlone(deliver: (bytes: Buffer) => void, bytes: Buffer): void {
  try {
    deliver(bytes);
  } catch (error) {
    process.nextTick(() => {
      throw error;
    });
  }
}

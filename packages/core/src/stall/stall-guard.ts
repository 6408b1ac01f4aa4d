import type { CauseCode } from '../cause.ts';
import type { Driver } from '../driver/driver.ts';
import type { Target } from '../handshake/establish.ts';
import type { Listener } from '../listener.ts';
import type { Settings } from '../options/settings.ts';
import type { Wire } from '../socket/wire.ts';
import { AbandonedRelease } from './abandoned-release.ts';
import { BlockingCheck } from './blocking-check.ts';
import { StallInquiry, type InquiryEndpoint, type InquiryFinding } from './stall-inquiry.ts';
import { PingTurns } from './ping-turns.ts';
import { StallWatch, type IdleTime, type StallFinding } from './stall-watch.ts';

/** A finding about a connection that may be stalled. */
export type StallNews =
  /** A command has been unanswered for longer than is normal, so the server must be asked over a second connection. */
  | { readonly kind: 'silent' }
  /** Nothing has been written or read for a while, so a PING is due. */
  | { readonly kind: 'idle' }
  /** A command blocks the connection, and the server could not be asked about it over a second connection. */
  | { readonly kind: 'doubtful' }
  | InquiryFinding;

/** The parts of a connection that a `StallGuard` needs. */
interface WatchedParts {
  readonly driver: Driver;
  readonly target: Target;
  readonly wire: Wire;
  readonly settings: Settings;
  readonly endpoint: InquiryEndpoint;
  readonly idle: IdleTime;
}

/** Watches one connection and, when that connection falls silent, finds out the reason over a second one. */
export class StallGuard implements Listener<StallFinding> {
  readonly #watch: StallWatch;
  readonly #parts: WatchedParts;
  #inquiry: StallInquiry | undefined;
  #blockingCheck: BlockingCheck | undefined;
  #abandonedRelease: AbandonedRelease | undefined;
  readonly #listener: Listener<StallNews>;

  constructor(parts: WatchedParts, listener: Listener<StallNews>) {
    const { wire, idle, settings } = parts;
    this.#parts = parts;
    this.#listener = listener;
    this.#watch = new StallWatch(wire, idle, settings.clock, settings.random, this);
  }

  /** Call when the connection starts serving commands. */
  watch(): void {
    this.#watch.start(PingTurns.of(this.#parts.endpoint.dialer));
  }

  /** Call when the connection is gone. */
  unwatch(): void {
    this.#watch.stop();
    this.#blockingCheck?.stop();
    this.#abandonedRelease?.stop();
  }

  noteWrite(now: number): void {
    this.#watch.noteWrite(now);
  }

  /** Call when the connection is silent: asks the server over a second connection, until the reason is known. */
  inquire(): void {
    this.#watch.warnOthers();
    this.#openInquiry().begin();
  }

  /** Call when the server itself has replied that it cannot serve, to keep asking until the server can serve. */
  awaitServer(cause: CauseCode): void {
    this.#openInquiry().await(cause);
  }

  /** Call when no caller waits any more for a call that may block the connection: makes the server end that call. */
  async release(): Promise<void> {
    const { driver, wire, target, settings } = this.#parts;
    this.#abandonedRelease ??= new AbandonedRelease(driver, wire, target, settings.clock);
    const isHeld = await this.#abandonedRelease.run();
    if (isHeld) this.#listener.onNews({ kind: 'gone', cause: 'stalled' });
  }

  stopInquiry(): void {
    this.#inquiry?.stop();
  }

  // Creates the inquiry when it is first needed, because most connections never need one.
  #openInquiry(): StallInquiry {
    const { target, wire, settings, endpoint } = this.#parts;
    this.#inquiry ??= new StallInquiry(target, wire, settings, endpoint, (finding) =>
      this.#listener.onNews(finding),
    );
    return this.#inquiry;
  }

  onNews(finding: StallFinding): void {
    if (finding !== 'blocked') this.#listener.onNews({ kind: finding });
    else void this.#checkBlocked();
  }

  async #checkBlocked(): Promise<void> {
    const { driver, wire, target, settings } = this.#parts;
    this.#blockingCheck ??= new BlockingCheck(driver, wire, target, settings.clock);
    const found = await this.#blockingCheck.run();
    if (found !== undefined) this.#listener.onNews(found);
  }
}

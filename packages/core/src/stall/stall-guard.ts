import type { CauseCode } from '../cause.ts';
import type { Driver } from '../driver/driver.ts';
import type { Target } from '../handshake/establish.ts';
import type { Settings } from '../options/settings.ts';
import type { Wire } from '../socket/wire.ts';
import { AbandonedRelease } from './abandoned-release.ts';
import { BlockingCheck } from './blocking-check.ts';
import { StallInquiry, type InquiryEndpoint, type InquiryFinding } from './stall-inquiry.ts';
import { PingTurns } from './ping-turns.ts';
import { StallWatch, type IdleTime, type StallFinding, type StallWatchListener } from './stall-watch.ts';

/** A finding about a connection that may be stalled. */
export type StallNews =
  /** A command has been unanswered for longer than is normal, so the server must be asked over a second connection. */
  | { readonly kind: 'silent' }
  /** Nothing has been written or read for a while, so a PING is due. */
  | { readonly kind: 'idle' }
  /** A command blocks the connection, and the server could not be asked about it over a second connection. */
  | { readonly kind: 'doubtful' }
  | InquiryFinding;

/** Told what a `StallGuard` finds out about its connection. */
export interface StallListener extends IdleTime {
  onStall(news: StallNews): void;
}

/** Watches one connection and, when that connection falls silent, finds out the reason over a second one. */
export class StallGuard implements StallWatchListener {
  readonly #watch: StallWatch;
  readonly #driver: Driver;
  readonly #target: Target;
  readonly #wire: Wire;
  readonly #settings: Settings;
  readonly #endpoint: InquiryEndpoint;
  #inquiry: StallInquiry | undefined;
  #blockingCheck: BlockingCheck | undefined;
  #abandonedRelease: AbandonedRelease | undefined;
  readonly #listener: StallListener;

  constructor(
    driver: Driver,
    target: Target,
    wire: Wire,
    settings: Settings,
    endpoint: InquiryEndpoint,
    listener: StallListener,
  ) {
    const { clock, random } = settings;
    this.#driver = driver;
    this.#target = target;
    this.#wire = wire;
    this.#settings = settings;
    this.#endpoint = endpoint;
    this.#listener = listener;
    this.#watch = new StallWatch(wire, clock, random, this);
  }

  /** Call when the connection starts serving commands. */
  watch(): void {
    this.#watch.start(PingTurns.of(this.#endpoint.dialer));
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
    const { clock } = this.#settings;
    this.#abandonedRelease ??= new AbandonedRelease(this.#driver, this.#wire, this.#target, clock);
    const isHeld = await this.#abandonedRelease.run();
    if (isHeld) this.#listener.onStall({ kind: 'gone', cause: 'stalled' });
  }

  stopInquiry(): void {
    this.#inquiry?.stop();
  }

  // Creates the inquiry when it is first needed, because most connections never need one.
  #openInquiry(): StallInquiry {
    this.#inquiry ??= new StallInquiry(this.#target, this.#wire, this.#settings, this.#endpoint, (finding) =>
      this.#listener.onStall(finding),
    );
    return this.#inquiry;
  }

  idleMs(stretch: number): number {
    return this.#listener.idleMs(stretch);
  }

  onFinding(finding: StallFinding): void {
    if (finding !== 'blocked') this.#listener.onStall({ kind: finding });
    else void this.#checkBlocked();
  }

  async #checkBlocked(): Promise<void> {
    const { clock } = this.#settings;
    this.#blockingCheck ??= new BlockingCheck(this.#driver, this.#wire, this.#target, clock);
    const found = await this.#blockingCheck.run();
    if (found !== undefined) this.#listener.onStall(found);
  }
}

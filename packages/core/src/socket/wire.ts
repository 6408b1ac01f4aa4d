import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { CoalescedWrites } from './coalesced-writes.ts';
import type { Flush, Flushes } from '../event-loop/flush.ts';
import type { CommandSink } from '../driver/command-sink.ts';
import type { DriverCommand } from '../driver/driver-command.ts';
import type { Driver } from '../driver/driver.ts';
import type { Identity } from '../handshake/identity.ts';
import type { Listener } from '../listener.ts';
import { driverReplyLimits, type ReplyLimits } from '../replies/reply-limits.ts';
import { debug } from '../observability/debug.ts';
import { interceptReads } from './intercept-reads.ts';
import { Progress } from './progress.ts';
import { ReleaseRequests, type Abandoned } from './release-requests.ts';
import { ReplyGuard, type Breach } from './reply-guard.ts';
import type { RoundTrip } from './round-trip.ts';
import { SocketReads, type SocketClosed } from './socket-reads.ts';
import type { WireNews, WireNewsKind } from './wire-news.ts';
import type { WritesNews } from './writes-news.ts';
import { runSoon } from '../event-loop/soon.ts';
import { UntrackedCommand } from './untracked-command.ts';

/** The current socket of one connection, with its pending writes and the times of its last reads and writes. */
export class Wire implements Listener<WritesNews | Abandoned> {
  readonly #driver: Driver;
  readonly #clock: Clock;
  readonly #flushes: Pick<Flushes, 'begin'>;
  readonly #limits: ReplyLimits;
  readonly #listener: Listener<WireNews>;
  readonly roundTrip: RoundTrip;
  readonly #progress = new Progress();
  #writes: CoalescedWrites | undefined;
  #guard: ReplyGuard | undefined;
  #socket: Socket | undefined;
  #identity: Identity | undefined;
  /** Number of sockets that have been this connection's current socket so far. */
  #adopted = 0;
  #releases: ReleaseRequests | undefined;
  #current: Flush | undefined;
  #isPinging = false;
  readonly #untracked = new UntrackedCommand();
  /** Writes that are waiting because the socket accepts no more bytes. */
  #blockedFlushes: Flush[] | undefined;
  /**
   * Whether all reads and writes are reported to the listener. If false, reads are reported depending on `isCalm`, and
   * writes depending on `lookDueAt`.
   */
  tellsAll = true;
  /** Whether the connection serves normally, so that signs of life need not be reported. */
  isCalm = false;
  /** When `StallWatch` checks next. A write is reported if this check would notice a missing reply too late. */
  lookDueAt = Infinity;
  /** Notified when no command is unanswered any more. Set by `StallWatch`, which waits for that moment. */
  awaiting: { answered(): void } | undefined;
  /** When bytes were last read from the socket. */
  readAt = 0;
  /** When bytes were last passed to the socket. */
  writtenAt = 0;
  /** When bytes that count as a sign of life were last read. */
  aliveAt = 0;

  constructor(
    driver: Driver,
    clock: Clock,
    roundTrip: RoundTrip,
    flushes: Pick<Flushes, 'begin'>,
    maxReplyBytes: number,
    listener: Listener<WireNews>,
  ) {
    this.#driver = driver;
    this.#clock = clock;
    this.roundTrip = roundTrip;
    this.#flushes = flushes;
    this.#limits = driverReplyLimits(maxReplyBytes);
    this.#listener = listener;
  }

  get socket(): Socket | undefined {
    return this.#socket;
  }

  /** Accepts commands for the current socket. */
  get sink(): CommandSink | undefined {
    return this.#writes;
  }

  /** The ids of this connection and of its server; undefined if the server did not report an id for the connection. */
  get identity(): Identity | undefined {
    return this.#identity;
  }

  /** Names the server process behind the current socket or, if the server reports no run id, the socket itself. */
  get server(): string {
    return this.#identity?.runId ?? `socket ${this.#adopted}`;
  }

  /** The requests to unblock calls on the current socket. */
  get releases(): ReleaseRequests {
    return (this.#releases ??= new ReleaseRequests(this));
  }

  get isBlocked(): boolean {
    return this.#writes?.isBlocked === true;
  }

  /** Number of replies to commands that have been read from the current socket. */
  get replies(): number {
    return this.#guard?.replies ?? 0;
  }

  /** How the peer broke the protocol on the current socket, if it did. */
  get breach(): Breach | undefined {
    return this.#guard?.breach;
  }

  /**
   * Makes this socket the connection's current socket. Call before the driver receives a verified socket. `listener` is
   * notified when the socket has closed.
   */
  adopt(socket: Socket, identity: Identity | undefined, listener?: Listener<SocketClosed>): void {
    const guard = new ReplyGuard(this.#driver, this.#limits);
    this.#socket = socket;
    this.#guard = guard;
    this.#identity = identity;
    this.#adopted++;
    this.#releases = undefined;
    this.#current = undefined;
    this.#blockedFlushes = undefined;
    this.readAt = this.#clock.now();
    this.writtenAt = this.readAt;
    this.aliveAt = this.readAt;
    this.#writes = new CoalescedWrites(socket, this, this.#clock);
    interceptReads(socket, new SocketReads(socket, this, guard, this.#driver, listener));
  }

  onNews(news: WritesNews | Abandoned): void {
    if (news.kind === 'flush') this.#flushed();
    else if (news.kind === 'abandoned' || news.socket === this.#socket) this.#tell(news.kind);
  }

  /** Call when a reply on the current socket turns out to have belonged to another command. */
  distrust(): void {
    this.#guard?.distrust();
    this.breached('shifted');
  }

  /** Sends the connection's own PING. */
  ping(send: () => Promise<unknown>): Promise<unknown> {
    this.#isPinging = true;
    try {
      return send();
    } finally {
      this.#isPinging = false;
    }
  }

  /** Returns the {@link Flush} (one write to the socket) with which a command that is issued now will be sent. */
  currentFlush(): Flush {
    const current = this.#current;
    if (current !== undefined && !this.isBlocked) return current;
    const flush = this.#flushes.begin(this.#clock.now(), this.#isPinging ? 'ping' : 'calls');
    if (this.#current !== current) return this.currentFlush(); // A listener to `thaw` has sent commands.
    this.#current = flush;
    if (this.isBlocked) (this.#blockedFlushes ??= []).push(flush);
    return flush;
  }

  /** When the oldest unanswered command was sent; undefined if no command is unanswered. */
  oldestSentAt(): number | undefined {
    if (this.#driver.unansweredCount() === 0) return undefined;
    const command = this.#driver.oldestUnanswered();
    const sentAt = command?.call?.written?.at;
    if (sentAt !== undefined || command === undefined) return sentAt ?? this.writtenAt;
    return this.#untracked.sentAt(command, this.writtenAt);
  }

  /**
   * Returns the time until which the oldest unanswered command may block: until its own timeout has passed or, if that
   * was earlier, until its caller stopped waiting. Undefined if the oldest unanswered command does not block.
   */
  blockedUntil(): number | undefined {
    const call = this.#driver.oldestUnanswered()?.call;
    const blockingMs = call?.blockingMs;
    if (blockingMs === undefined) return undefined;
    const until = (call?.written?.at ?? this.writtenAt) + blockingMs;
    return call?.settled === true ? Math.min(until, this.releases.abandonedAt) : until;
  }

  /** Call when the peer has broken the protocol on the current socket. */
  breached(how: Breach): void {
    debug('the peer broke the protocol (%s), and its socket is dropped', how);
    this.#tell('breached');
  }

  /** Call with the bytes that have been read from the current socket, before the driver parses them. */
  noteRead(chunk: Buffer): void {
    const now = this.#clock.now();
    const pending = this.#driver.oldestUnanswered();
    const isAlive = this.#progress.isMadeBy(chunk.length, pending);
    if (!isAlive) runSoon(() => this.#readTheRest(pending));
    const sentAt = isAlive && pending !== undefined ? this.#repliedToAt(pending) : undefined;
    if (sentAt !== undefined) this.roundTrip.observe(now - sentAt);
    this.readAt = now;
    if (isAlive) this.aliveAt = now;
    this.#writes?.noteRead();
    if (this.tellsAll || (isAlive && !this.isCalm)) this.#tell(isAlive ? 'alive' : 'read');
  }

  // Returns when the command was sent to which a reply is arriving; undefined if that is not known, or it may block.
  #repliedToAt(pending: DriverCommand): number | undefined {
    const { call } = pending;
    if (call !== undefined) return call.blockingMs === undefined ? call.written?.at : undefined;
    return this.#untracked.knownSentAt(pending);
  }

  // Call after bytes that seemed too few to be a sign of life, once the driver has parsed them. If the oldest command
  // has been answered, the bytes completed its reply, and so are a sign of life.
  #readTheRest(pending: DriverCommand | undefined): void {
    if (this.#driver.oldestUnanswered() === pending) return;
    this.aliveAt = this.readAt;
    this.#tell('alive');
  }

  /** Call when no command is unanswered, so that the last command is not kept in memory. */
  rest(): void {
    this.#progress.rest();
    this.#untracked.forget();
    this.awaiting?.answered();
  }

  #flushed(): void {
    const now = this.#clock.now();
    this.writtenAt = now;
    const current = this.#current;
    if (current !== undefined) {
      current.at = now;
      current.isWritten = true;
      this.#current = undefined;
    }
    if (this.#blockedFlushes !== undefined) {
      for (const flush of this.#blockedFlushes) flush.isWritten = true;
      this.#blockedFlushes = undefined;
    }
    if (this.tellsAll || this.lookDueAt > now + this.roundTrip.limitMs() + 1) this.#tell('written');
  }

  #tell(kind: WireNewsKind): void {
    this.#listener.onNews({ kind });
  }
}

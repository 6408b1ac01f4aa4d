import { systemClock, type Clock, type TimerHandle } from '../clock.ts';
import { afterReads } from './after-reads.ts';

const idlePeriodMs = 250;
const busyPeriodMs = 20;
/**
 * While calls await their replies, the period grows to this share of the time since the last call was sent. The lag of
 * a call is then known to within this share of its duration, and a process that waits for a server that is away wakes
 * less often.
 */
const growingShare = 0.25;
// For this long after a command was sent, the lag of the event loop is measured at short intervals. The time is at
// least the default deadline, because a command may wait for its reply for that long.
const closeWatchMs = 1000;
// For this long after an idle connection has sent PING, the lag of the event loop is measured at short intervals. The
// time is usually long enough for the reply to arrive. It is short because, among many idle connections, one sends PING
// every second, and longer measuring would keep the process awake all the time.
const glanceMs = 40;
/** A timer that fires this many milliseconds late does not show that the process stood still. */
export const toleratedLagMs = 20;
const freezeMs = 1000;
/**
 * While a process stands still for this long, a server may well close its connections. It is long enough that a process
 * that is merely busy, or gets little CPU time, hardly ever stands still for so long.
 */
const behindMs = 250;
/** Minimum time between two calls of `process.cpuUsage`, which cost more than the rest of a measurement. */
const cpuReadEveryMs = 200;

export type ThawKind = 'frozen' | 'suspended' | 'blocked';

/**
 * Detects that the process stood still, because it was stopped by a signal, suspended with its machine, or blocked by
 * its own code. A timer that fires far too late reveals that the process stood still. The CPU time used in the
 * meantime, and the difference between the wall clock and the monotonic clock, distinguish these three reasons.
 */
export class ProcessStallDetector {
  readonly #clock: Clock;
  readonly #onThaw: (kind: ThawKind, durationMs: number) => void;
  readonly #cpuMs: () => number;
  #timer: TimerHandle | undefined;
  #watchedSince = -Infinity;
  #watchedUntil = -Infinity;
  #periodMs = idlePeriodMs;
  #dueAt = 0;
  #wallDueAt = 0;
  #cpuAtStart = 0;
  #cpuReadAt = -Infinity;
  #lagMs = 0;
  #stalledMs = 0;
  #isCatchingUp = false;
  /**
   * When the process last ran again after it had stood still for other reasons than its own code, in monotonic
   * milliseconds: its connections may have died unnoticed.
   */
  thawedAt = -Infinity;

  /**
   * `onThaw` is called when the process runs again, with the time for which it stood still. `frozen`: the process was
   * stopped. `suspended`: the machine was suspended. `blocked`: the process's own code kept the event loop busy.
   */
  constructor(
    clock: Clock,
    onThaw: (kind: ThawKind, durationMs: number) => void,
    cpuMs: () => number = ownCpuMs,
  ) {
    this.#clock = clock;
    this.#onThaw = onThaw;
    this.#cpuMs = cpuMs;
  }

  /** The lag of the event loop: how late the timer last fired, or how long it has been overdue. */
  get lagMs(): number {
    return Math.max(this.#lagMs, this.#overdueMs, 0);
  }

  /** Total time for which the process has stood still, in milliseconds. Never decreases. */
  get stalledMs(): number {
    const overdueMs = this.#overdueMs;
    return this.#stalledMs + (overdueMs > toleratedLagMs ? overdueMs : 0);
  }

  /**
   * Whether the process stood still for a quarter of a second or longer, and may not have read its sockets since: what
   * it knows of its connections is that old.
   */
  get isBehind(): boolean {
    return this.#isCatchingUp || this.#overdueMs > behindMs;
  }

  start(): void {
    if (this.#timer === undefined) this.#startPeriod(idlePeriodMs);
  }

  /**
   * Call when a command is sent: measures the lag at short intervals for a while, so that the lag can be subtracted
   * from the duration of the call.
   */
  noteWork(now: number): void {
    this.#watchUntil(now, closeWatchMs);
  }

  /** Call when an idle connection sends its own PING: measures the lag at short intervals, but only for a moment. */
  noteGlance(now: number): void {
    this.#watchUntil(now, glanceMs);
  }

  #watchUntil(now: number, forMs: number): void {
    this.#watchedSince = now;
    this.#watchedUntil = Math.max(this.#watchedUntil, now + forMs);
    // The application's own timers may run before the one that notices that the process stood still.
    if (now - this.#dueAt > freezeMs) return this.look();
    if (this.#periodMs === busyPeriodMs || this.#timer === undefined || now > this.#dueAt) return;
    this.#clock.clearTimeout(this.#timer);
    this.#startPeriod(busyPeriodMs);
  }

  /**
   * Call when a connection was lost, before its calls fail: when the process runs again, sockets may be read before the
   * timer fires that notices the stall, for which the deadlines of the calls have to be extended.
   */
  look(): void {
    if (this.#timer === undefined || this.#overdueMs < freezeMs) return;
    this.#clock.clearTimeout(this.#timer);
    this.#beat();
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#lagMs = 0;
  }

  get #overdueMs(): number {
    return this.#timer === undefined ? 0 : this.#clock.now() - this.#dueAt;
  }

  #startPeriod(periodMs: number): void {
    this.#periodMs = periodMs;
    this.#dueAt = this.#clock.now() + periodMs;
    this.#wallDueAt = this.#clock.wallNow() + periodMs;
    if (this.#dueAt - this.#cpuReadAt > cpuReadEveryMs) {
      this.#cpuReadAt = this.#clock.now();
      this.#cpuAtStart = this.#cpuMs();
    }
    this.#timer = this.#clock.setTimeout(this.#beat, periodMs);
    this.#timer.unref?.();
  }

  readonly #beat = (): void => {
    this.#timer = undefined;
    const lateMs = this.#clock.now() - this.#dueAt;
    const isWatched = this.#dueAt < this.#watchedUntil;
    const wallLateMs = this.#clock.wallNow() - this.#wallDueAt;
    const isFrozen = lateMs > freezeMs;
    const workedMs = isFrozen ? this.#cpuMs() - this.#cpuAtStart : 0;
    this.#lagMs = lateMs > toleratedLagMs ? lateMs : 0;
    this.#stalledMs += this.#lagMs;
    if (lateMs > behindMs) this.#catchUp();
    const busyMs = Math.max(busyPeriodMs, growingShare * (this.#dueAt - this.#watchedSince));
    this.#startPeriod(isWatched ? Math.min(busyMs, idlePeriodMs) : idlePeriodMs);
    const isSuspended = wallLateMs - lateMs > freezeMs;
    if (!isSuspended && !isFrozen) return;
    const kind = isSuspended ? 'suspended' : workedMs > lateMs / 2 ? 'blocked' : 'frozen';
    if (kind !== 'blocked') this.thawedAt = this.#clock.now();
    this.#onThaw(kind, isSuspended ? wallLateMs : lateMs);
  };

  #catchUp(): void {
    this.#isCatchingUp = true;
    afterReads(systemClock, () => {
      this.#isCatchingUp = false;
    });
  }
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

import type { Clock, Random, TimerHandle } from '../clock.ts';
import { afterReads } from '../event-loop/after-reads.ts';
import type { Wire } from '../socket/wire.ts';

/** A finding of the watch. */
export type StallFinding =
  /** A command has been unanswered, and nothing has been read, for longer than the limit. */
  | 'silent'
  /** Nothing has been written or read for the idle time, so a PING is due. */
  | 'idle'
  /** The oldest command blocks without a timeout, so no reply is ever due. */
  | 'blocked';

/**
 * Watches, with one timer, how long a connection's oldest command has been unanswered and how long the connection has
 * been idle. The socket is read once more before silence is reported.
 */
export class StallWatch {
  readonly #wire: Wire;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #idleMs: () => number;
  readonly #tell: (finding: StallFinding) => void;
  #timer: TimerHandle | undefined;
  #dueAt = Infinity;
  #isOn = false;

  /** `idleMs` is read at each check, because it is shorter while the connection has subscriptions. */
  constructor(
    wire: Wire,
    clock: Clock,
    random: Random,
    idleMs: () => number,
    tell: (finding: StallFinding) => void,
  ) {
    this.#wire = wire;
    this.#clock = clock;
    this.#random = random;
    this.#idleMs = idleMs;
    this.#tell = tell;
  }

  start(): void {
    this.#isOn = true;
    this.#arm(this.#wire.roundTrip.limitMs());
  }

  stop(): void {
    this.#isOn = false;
    this.#disarm();
  }

  /** Call when bytes are about to be written, so that the next check is no further away than the limit. */
  noteWrite(now: number): void {
    const limitMs = this.#wire.roundTrip.limitMs();
    if (this.#isOn && this.#dueAt > now + limitMs + 1) this.#arm(limitMs);
  }

  #arm(delayMs: number): void {
    this.#disarm();
    this.#dueAt = this.#clock.now() + delayMs;
    this.#timer = this.#clock.setTimeout(this.#look, delayMs);
    this.#timer.unref?.();
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
  }

  readonly #look = (): void => {
    const now = this.#clock.now();
    const sentAt = this.#wire.oldestSentAt();
    const delayMs = sentAt === undefined ? this.#lookAtIdle(now) : this.#lookAtSilence(now, sentAt);
    if (this.#isOn) this.#arm(delayMs);
  };

  #lookAtIdle(now: number): number {
    const idleMs = this.#idleMs();
    const idleFor = now - Math.max(this.#wire.readAt, this.#wire.writtenAt);
    if (idleFor >= idleMs) {
      this.#tell('idle');
      return this.#wire.roundTrip.limitMs();
    }
    // Jittered, so that the idle connections of a fleet do not all send PING simultaneously.
    return Math.max(1, (idleMs - idleFor) * (1 + 0.1 * this.#random()));
  }

  #lookAtSilence(now: number, sentAt: number): number {
    const limitMs = this.#wire.roundTrip.limitMs();
    const since = Math.max(this.#wire.aliveAt, this.#wire.blockedUntil() ?? sentAt);
    if (since === Infinity) {
      const idleMs = this.#idleMs();
      if (now - Math.max(this.#wire.readAt, sentAt) >= idleMs) this.#tell('blocked');
      return idleMs;
    }
    const silentFor = now - since;
    if (silentFor < limitMs) return Math.max(1, limitMs - silentFor);
    afterReads(this.#clock, () => {
      const isStillSilent = this.#wire.aliveAt < now && this.#wire.oldestSentAt() === sentAt;
      if (this.#isOn && isStillSilent) this.#tell('silent');
    });
    return limitMs;
  }
}

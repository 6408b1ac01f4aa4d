import type { Clock, Random } from '../clock.ts';
import { afterReads } from '../event-loop/after-reads.ts';
import { Alarm } from '../event-loop/alarm.ts';
import type { Wire } from '../socket/wire.ts';

/** A finding of the watch. */
export type StallFinding =
  /** A command has been unanswered, and nothing has been read, for longer than the limit. */
  | 'silent'
  /** Nothing has been written or read for the idle time, so a PING is due. */
  | 'idle'
  /** The oldest command blocks without a timeout, so no reply is ever due. */
  | 'blocked';

/** Idle connections are pinged together if their PINGs are due within this share of the idle time of each other. */
const togetherShare = 0.05;

/**
 * Watches how long a connection's oldest command has been unanswered and how long the connection has been idle. The
 * socket is read once more before silence is reported.
 */
export class StallWatch {
  readonly #wire: Wire;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #idleMs: () => number;
  readonly #tell: (finding: StallFinding) => void;
  readonly #alarm: Alarm;
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
    this.#alarm = new Alarm(clock, () => this.#look());
  }

  start(): void {
    this.#isOn = true;
    this.#arm(this.#wire.roundTrip.limitMs());
  }

  stop(): void {
    this.#isOn = false;
    this.#alarm.clear();
  }

  /** Call when bytes are about to be written, so that the next check is no further away than the limit. */
  noteWrite(now: number): void {
    const limitMs = this.#wire.roundTrip.limitMs();
    if (this.#isOn && this.#alarm.dueAt > now + limitMs + 1) this.#arm(limitMs);
  }

  #arm(delayMs: number, earlyMs = 0): void {
    this.#alarm.clear();
    if (this.#isOn) this.#alarm.set(this.#clock.now() + delayMs, false, earlyMs);
  }

  #look(): void {
    const now = this.#clock.now();
    const sentAt = this.#wire.oldestSentAt();
    if (sentAt === undefined) this.#lookAtIdle(now);
    else this.#arm(this.#lookAtSilence(now, sentAt));
  }

  #lookAtIdle(now: number): void {
    const idleMs = this.#idleMs();
    const earlyMs = togetherShare * idleMs;
    const limitMs = this.#wire.roundTrip.limitMs();
    const idleFor = now - Math.max(this.#wire.readAt, this.#wire.writtenAt);
    if (idleFor + earlyMs >= idleMs) {
      this.#tell('idle');
      this.#arm(limitMs);
    } else if (idleFor < limitMs && idleFor + 2 * limitMs < idleMs) {
      // The connection is in use. The alarm is set to the short limit now, so that the next write need not set it.
      this.#arm(limitMs);
    } else {
      // Jittered, so that the idle connections of a fleet do not all send PING at the same moment.
      this.#arm((idleMs - idleFor) * (1 + 0.1 * this.#random()), earlyMs);
    }
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

import type { Clock, Random } from '../clock.ts';
import { afterReads } from '../event-loop/after-reads.ts';
import { Alarm, type Looks } from '../event-loop/alarm.ts';
import { JointLooks } from '../event-loop/joint-looks.ts';
import type { Listener } from '../listener.ts';
import type { Wire } from '../socket/wire.ts';
import type { PingTurns, TakesTurns } from './ping-turns.ts';
import { UnansweredConnections, type Unanswered } from './unanswered-connections.ts';

/** What a `StallWatch` has found out about its connection. */
export type StallFinding =
  /**
   * For longer than `RoundTrip` considers normal, a command has been unanswered and the connection has shown no sign of
   * life.
   */
  | 'silent'
  /** Nothing has been written or read for the idle time, so a PING is due. */
  | 'idle'
  /** The oldest command blocks without a timeout, so no reply is ever due. */
  | 'blocked';

/** The idle time of a connection. */
export interface IdleTime {
  /**
   * Returns the idle time after which PING is due. `stretch` is the factor by which the connection's turn extends the
   * idle time. Called at each check, because the idle time is shorter while the connection has subscriptions.
   */
  idleMs(stretch: number): number;
}

/**
 * An idle connection may send its PING early, to send it together with other connections: earlier by at most this share
 * of the idle time.
 */
const togetherShare = 0.05;
/** Connections in use are checked together if their checks are due at most this many milliseconds apart. */
const inUseEarlyMs = 25;
/** Checks for the replies to PINGs are made together if they are due at most this many milliseconds apart. */
const replyEarlyMs = 100;
/**
 * Further checks of a silent connection may be made this share of the limit early, so that all silent connections are
 * checked together.
 */
const repeatedEarlyShare = 0.25;
/** A check is combined with other checks only if it may be made at least this many milliseconds early. */
const leastEarlyMs = 25;

/**
 * Watches how long a connection's oldest command has been unanswered and how long the connection has been idle. Before
 * a connection is reported as silent, its socket is read once more.
 */
export class StallWatch implements Looks, TakesTurns, Unanswered {
  unansweredSince = Infinity;
  unansweredBefore: Unanswered | undefined;
  unansweredAfter: Unanswered | undefined;
  readonly #wire: Wire;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #idle: IdleTime;
  readonly #listener: Listener<StallFinding>;
  /**
   * The alarm for checks that are not combined with those of other connections; undefined until such a check is needed.
   */
  #ownAlarm: Alarm | undefined;
  readonly #joint: JointLooks;
  readonly #unanswered: UnansweredConnections;
  /** When the next check that is combined with checks of other connections is due; Infinity if none is planned. */
  #jointAt = Infinity;
  /** The connections to the same endpoint, which take turns in sending PING. Undefined while the watch is off. */
  #turns: PingTurns | undefined;
  /** This connection's turn to send PING, from 0 (first) to 1 (last); a new random number for each PING. */
  #turn = 0;
  #isDoubted = false;
  /** When the connection was last reported as silent. */
  #toldAt = -Infinity;

  constructor(wire: Wire, idle: IdleTime, clock: Clock, random: Random, listener: Listener<StallFinding>) {
    this.#wire = wire;
    this.#idle = idle;
    this.#clock = clock;
    this.#random = random;
    this.#listener = listener;
    this.#joint = JointLooks.of(clock);
    this.#unanswered = UnansweredConnections.of(clock);
  }

  /** `turns` is shared by all connections to the same endpoint. */
  start(turns: PingTurns): void {
    this.#turns?.leave(this);
    this.#turns = turns;
    turns.join(this);
    this.#turn = this.#random();
    this.#isDoubted = false;
    this.#toldAt = -Infinity;
    this.#armJointly(this.#wire.roundTrip.limitMs(), inUseEarlyMs);
  }

  stop(): void {
    this.#turns?.leave(this);
    this.#turns = undefined;
    this.#unanswered.forget(this);
    this.#disarm();
  }

  /** Call when bytes are about to be written: makes sure that the reply to them is checked for in time. */
  noteWrite(now: number): void {
    if (this.#turns === undefined || this.unansweredSince !== Infinity) return;
    const { leastLimitMs } = this.#wire.roundTrip;
    const limitMs = this.#wire.roundTrip.limitMs();
    const latestAt = now + limitMs + 1;
    if (this.#jointAt <= latestAt || this.#ownDueAt <= latestAt) return;
    if (!UnansweredConnections.suits(leastLimitMs)) return this.#arm(limitMs);
    this.#unanswered.add(this, now, leastLimitMs);
    this.#wire.awaiting = this;
    this.#wire.lookDueAt = now + leastLimitMs;
  }

  /** Called when no command is unanswered any more. */
  answered(): void {
    this.#unanswered.remove(this);
    this.#wire.awaiting = undefined;
    this.#wire.lookDueAt = Math.min(this.#jointAt, this.#ownDueAt);
  }

  /** Call when this connection has fallen silent: makes the other connections to the endpoint check themselves soon. */
  warnOthers(): void {
    this.#turns?.doubt(this, this.#clock.now());
  }

  /** Makes the connection check itself within `withinMs`: it sends PING unless it was just in use or awaits a reply. */
  doubt(withinMs: number): void {
    if (this.#turns === undefined) return;
    this.#isDoubted = true;
    this.#setAlarm(this.#random() * withinMs);
  }

  /** Called when a check is due, alone or together with other connections. */
  look(): void {
    const now = this.#clock.now();
    const sentAt = this.#wire.oldestSentAt();
    const isDoubted = this.#isDoubted;
    this.#isDoubted = false;
    if (sentAt === undefined) this.#lookAtIdle(now, isDoubted);
    else this.#lookAtSilence(now, sentAt);
  }

  #arm(delayMs: number, earlyMs = 0): void {
    this.#disarm();
    if (this.#turns === undefined) return;
    this.#setAlarm(delayMs, earlyMs);
    this.#wire.lookDueAt = this.#ownDueAt;
  }

  #setAlarm(delayMs: number, earlyMs = 0): void {
    this.#ownAlarm ??= new Alarm(this.#clock, this);
    this.#ownAlarm.set(this.#clock.now() + delayMs, false, earlyMs);
  }

  get #ownDueAt(): number {
    return this.#ownAlarm === undefined ? Infinity : this.#ownAlarm.dueAt;
  }

  #disarm(): void {
    this.#ownAlarm?.clear();
    this.#wire.lookDueAt = Infinity;
    if (this.#jointAt === Infinity) return;
    this.#joint.forget(this, this.#jointAt);
    this.#jointAt = Infinity;
  }

  /** Plans a check after `delayMs`, or up to `earlyMs` earlier to combine it with checks of other connections. */
  #armJointly(delayMs: number, earlyMs: number): void {
    if (this.#turns === undefined || earlyMs < leastEarlyMs || delayMs < earlyMs) return this.#arm(delayMs);
    this.#disarm();
    this.#jointAt = this.#joint.plan(this, this.#clock.now() + delayMs, earlyMs);
    this.#wire.lookDueAt = this.#jointAt;
  }

  #lookAtIdle(now: number, isDoubted: boolean): void {
    const idleMs = this.#idle.idleMs(this.#turns?.stretch(this.#turn) ?? 1);
    const earlyMs = togetherShare * this.#idle.idleMs(this.#turns?.company ?? 1);
    const limitMs = this.#wire.roundTrip.limitMs();
    const idleFor = now - Math.max(this.#wire.readAt, this.#wire.writtenAt);
    if (idleFor + earlyMs >= idleMs || (isDoubted && idleFor >= limitMs)) {
      this.#turn = this.#random();
      this.#armJointly(limitMs, limitMs < 2 * replyEarlyMs ? inUseEarlyMs : replyEarlyMs);
      this.#listener.onNews('idle');
    } else {
      // The time of the check is jittered, so that the idle connections of a fleet do not all send PING at the same
      // moment.
      this.#armJointly((idleMs - idleFor) * (1 + 0.1 * this.#random()), earlyMs);
    }
  }

  #lookAtSilence(now: number, sentAt: number): void {
    const limitMs = this.#wire.roundTrip.limitMs();
    const since = Math.max(this.#wire.aliveAt, this.#wire.blockedUntil() ?? sentAt);
    if (since === Infinity) {
      const idleMs = this.#idle.idleMs(1);
      this.#arm(idleMs);
      if (now - Math.max(this.#wire.readAt, sentAt) >= idleMs) this.#listener.onNews('blocked');
      return;
    }
    const silentFor = now - since;
    if (silentFor < limitMs) return this.#arm(Math.max(1, limitMs - silentFor));
    this.#arm(limitMs, repeatedEarlyShare * limitMs);
    // If the connection has been reported before, its socket has been read since the limit passed.
    if (this.#toldAt > since) return this.#listener.onNews('silent');
    afterReads(this.#clock, () => {
      const isStillSilent = this.#wire.aliveAt < now && this.#wire.oldestSentAt() === sentAt;
      if (this.#turns === undefined || !isStillSilent) return;
      this.#toldAt = now;
      this.#listener.onNews('silent');
    });
  }
}

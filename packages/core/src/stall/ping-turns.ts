import type { Dialer } from '../dialing/dialer.ts';

/** If a process has at most this many connections to an endpoint, each sends its PINGs without regard to the others. */
const unhurried = 100;
/**
 * If a process has more connections, the mean idle time before a PING grows with their number, but by no more than this
 * factor, because firewalls drop connections that have been idle for long.
 */
const mostStretch = 10;
/**
 * When one connection falls silent, all others to the endpoint check themselves within `lookAroundMs`. For the next
 * `calmMs`, another connection that falls silent does not cause further checks.
 */
const lookAroundMs = 500;
const calmMs = 5_000;

/** A connection that takes turns with others to the same endpoint in sending PING. */
export interface TakesTurns {
  /** Call when another connection to the endpoint has fallen silent: makes this one check itself within `withinMs`. */
  doubt(withinMs: number): void;
}

/**
 * The connections of a process to one endpoint. Idle connections take turns in sending PING, so that a thousand of them
 * send no more PINGs than one hundred would. When one connection falls silent, the others soon check whether the
 * endpoint still answers, without waiting for their turns.
 */
export class PingTurns {
  readonly #members = new Set<TakesTurns>();
  #doubtedAt = -Infinity;

  /** Returns the `PingTurns` of the connections that this dialer makes. */
  static of(dialer: Dialer): PingTurns {
    let turns = known.get(dialer);
    if (turns === undefined) known.set(dialer, (turns = new PingTurns()));
    return turns;
  }

  join(member: TakesTurns): void {
    this.#members.add(member);
  }

  leave(member: TakesTurns): void {
    this.#members.delete(member);
  }

  /**
   * Returns the factor by which a connection's idle time before a PING is multiplied. `turn` is a random number from 0
   * to 1 that spreads the PINGs: otherwise, connections that were made at the same time would also send PING at the
   * same time.
   */
  stretch(turn: number): number {
    return 1 + 2 * (this.#meanStretch - 1) * turn;
  }

  /**
   * The factor by which connections may check earlier than usual, so that more of them check together; it depends on
   * the number of connections. The factor is a power of two, so that checks still coincide if they were planned with
   * different factors, before and after the number of connections changed.
   */
  get company(): number {
    return 2 ** Math.floor(Math.log2(this.#meanStretch));
  }

  /**
   * Call when the connection `member` has fallen silent: makes all other connections check themselves. Does nothing if
   * there are at most `unhurried` connections, because each of them soon sends its next PING anyway.
   */
  doubt(member: TakesTurns, now: number): void {
    if (this.#meanStretch === 1 || now - this.#doubtedAt < calmMs) return;
    this.#doubtedAt = now;
    for (const other of this.#members) if (other !== member) other.doubt(lookAroundMs);
  }

  get #meanStretch(): number {
    return Math.min(mostStretch, Math.max(1, this.#members.size / unhurried));
  }
}

const known = new WeakMap<Dialer, PingTurns>();

import type { Dialer } from '../dialing/dialer.ts';

/** Up to this number of connections of a process to one endpoint, each sends its PINGs as if it were alone. */
const unhurried = 100;
/**
 * Beyond that, the mean idle time before a PING grows with their number, but at most by this factor: a firewall drops a
 * connection that has been silent for long.
 */
const mostStretch = 10;
/**
 * Once one of them has fallen silent, all check within `lookAroundMs`; for `calmMs`, another one that falls silent does
 * not make them check again.
 */
const lookAroundMs = 500;
const calmMs = 5_000;

/** A connection that takes turns. */
export interface TakesTurns {
  /** Call when another connection to the endpoint has fallen silent: makes this one check within this time. */
  doubt(withinMs: number): void;
}

/**
 * The connections of a process to one endpoint. Idle ones take turns in sending PING: a thousand connections send no
 * more PINGs than one hundred would. When one of them falls silent, all check whether the endpoint still answers,
 * without waiting for their turns.
 */
export class PingTurns {
  readonly #members = new Set<TakesTurns>();
  #doubtedAt = -Infinity;

  /** Returns the turns of the connections that this dialer made. */
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
   * Returns the factor by which a connection waits longer than its idle time before it sends PING. `turn` is random,
   * from 0 to 1, so that some connection is always about to send one: otherwise, connections that were made together
   * would also send PING together.
   */
  stretch(turn: number): number {
    return 1 + 2 * (this.#meanStretch - 1) * turn;
  }

  /**
   * The factor by which a connection may check earlier than it may alone, so that it can check together with others. A
   * power of two, so that checks planned with different factors still coincide while the number of connections changes.
   */
  get company(): number {
    return 2 ** Math.floor(Math.log2(this.#meanStretch));
  }

  /**
   * Call when `member` has fallen silent. Does nothing while there are few connections: each then finds out as soon by
   * itself.
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

import type { Dialer } from '../dialing/dialer.ts';

/** So many connections of a process to one endpoint send their PINGs as if each were alone. */
const unhurried = 200;
/**
 * Beyond that, the mean idle time grows with their number, but at most this many times: a firewall forgets a connection
 * that says nothing for long.
 */
const mostStretch = 5;
/** How soon all of them have looked, once one of them has fallen silent; and how long that look stands for the next. */
const lookAroundMs = 500;
const calmMs = 5_000;

/** A connection that takes turns. */
export interface TakesTurns {
  /** Call when another connection to the endpoint has fallen silent: look within this time. */
  doubt(withinMs: number): void;
}

/**
 * The connections of a process to one endpoint, which take turns with the PINGs of idle connections: a thousand of them
 * send no more than two hundred would. What one of them finds about the endpoint, the others need not wait for: when one
 * falls silent, all look.
 */
export class PingTurns {
  readonly #members = new Set<TakesTurns>();
  #doubtedAt = -Infinity;

  /** The turns of the connections that this dialer made. */
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
   * How many times its idle time a connection waits before it sends PING. `turn` is random, from 0 to 1, so that at all
   * times some connection is about to ask: those that connected together would else fall silent together, too.
   */
  stretch(turn: number): number {
    return 1 + 2 * (this.#meanStretch - 1) * turn;
  }

  /**
   * How many times as early as alone a connection may look, to look together with others. A power of two: the moments
   * of one are then among those of the others, also while the number of connections changes.
   */
  get company(): number {
    return 2 ** Math.floor(Math.log2(this.#meanStretch));
  }

  /** Call when `member` has fallen silent. While few take turns, each finds out for itself as soon. */
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

import type { Clock, Random } from '../clock.ts';

export interface ConnectPaceParts {
  readonly clock: Clock;
  readonly random: Random;
  /** Minimum time between the starts of two consecutive attempts, in milliseconds, before jitter. */
  readonly periodMs: number;
}

/**
 * Decides when a cluster client that has lost all its nodes tries to reach the cluster again. Attempts start at least
 * about `periodMs` apart. If the cluster served for longer than `periodMs` before it was lost, it is redialed
 * immediately. If it is lost again after each attempt, it is not hammered with attempts.
 */
export class ConnectPace {
  readonly #parts: ConnectPaceParts;
  #beganAt = -Infinity;

  constructor(parts: ConnectPaceParts) {
    this.#parts = parts;
  }

  /** Call when an attempt begins. */
  began(): void {
    this.#beganAt = this.#parts.clock.now();
  }

  /** Returns the number of milliseconds until the next attempt may begin. */
  nextMs(): number {
    const { clock, random, periodMs } = this.#parts;
    return Math.max(0, this.#beganAt + periodMs * (0.9 + 0.2 * random()) - clock.now());
  }
}

import type { Clock, Random } from '../clock.ts';

export interface ConnectPaceParts {
  readonly clock: Clock;
  readonly random: Random;
  /** Minimum time between the starts of two consecutive connection attempts, in milliseconds, before jitter. */
  readonly periodMs: number;
}

/**
 * Decides when a cluster client that has lost all its nodes tries to reach the cluster again. Two attempts start at
 * least about `periodMs` apart. If the last attempt was long ago, the next one is therefore immediate, but a cluster
 * that is lost again and again is not overloaded with attempts.
 */
export class ConnectPace {
  readonly #parts: ConnectPaceParts;
  #beganAt = -Infinity;

  constructor(parts: ConnectPaceParts) {
    this.#parts = parts;
  }

  /** Call when an attempt to reach the cluster begins. */
  began(): void {
    this.#beganAt = this.#parts.clock.now();
  }

  /** Returns the milliseconds until the next attempt to reach the cluster may begin. */
  nextMs(): number {
    const { clock, random, periodMs } = this.#parts;
    return Math.max(0, this.#beganAt + periodMs * (0.9 + 0.2 * random()) - clock.now());
  }
}

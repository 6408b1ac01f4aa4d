import type { Clock, Random } from '../clock.ts';

export interface ConnectPaceParts {
  readonly clock: Clock;
  readonly random: Random;
  /** Minimum time between the starts of two consecutive attempts, in milliseconds, before jitter. */
  readonly periodMs: number;
}

/**
 * Decides when a cluster client that has lost all its nodes tries to reach the cluster again. Two attempts never start
 * within less than about `periodMs`. A cluster that has been serving for longer than that is therefore redialed
 * immediately, while one that is lost again at every attempt is not hammered.
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

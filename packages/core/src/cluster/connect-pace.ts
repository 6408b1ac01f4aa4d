import type { Clock, Random } from '../clock.ts';

export interface ConnectPaceParts {
  readonly clock: Clock;
  readonly random: Random;
  /** Milliseconds between the starts of two consecutive attempts. */
  readonly periodMs: number;
}

/**
 * Decides when a cluster client that has lost all its nodes tries to reach the cluster again. The starts of attempts
 * keep a minimum distance: a cluster that has been serving for a while is redialed immediately, and one that is lost at
 * every attempt is not hammered.
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

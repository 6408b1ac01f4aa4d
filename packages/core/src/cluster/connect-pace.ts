import type { Clock, Random } from '../clock.ts';

export interface ConnectPaceParts {
  readonly clock: Clock;
  readonly random: Random;
  /** Milliseconds from the beginning of an attempt to that of the next. */
  readonly periodMs: number;
}

/**
 * When a cluster client that has lost all its nodes looks for the cluster again. Attempts keep a distance from each other:
 * so a cluster that served for a while is looked for at once, and one that is lost at every attempt is not hammered.
 */
export class ConnectPace {
  readonly #parts: ConnectPaceParts;
  #beganAt = -Infinity;

  constructor(parts: ConnectPaceParts) {
    this.#parts = parts;
  }

  /** An attempt begins. */
  began(): void {
    this.#beganAt = this.#parts.clock.now();
  }

  /** Milliseconds until the next attempt. */
  nextMs(): number {
    const { clock, random, periodMs } = this.#parts;
    return Math.max(0, this.#beganAt + periodMs * (0.9 + 0.2 * random()) - clock.now());
  }
}

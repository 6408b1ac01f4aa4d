import type { Clock, TimerHandle } from '../clock.ts';
import type { Listener } from '../listener.ts';

/** If calls are not served again within this time, the client counts as unavailable. */
const graceMs = 250;

/** The client turns out to be unavailable after all. */
export interface TurnFailed {
  readonly kind: 'changed';
}

/**
 * The short time without a connection after a graceful switch, or after the loss of an idle connection. Callers have to
 * wait until the client is connected again, but this short wait is not reported as an outage.
 */
export class PeacefulTurn {
  readonly #clock: Clock;
  readonly #listener: Listener<TurnFailed>;
  #timer: TimerHandle | undefined;

  constructor(clock: Clock, listener: Listener<TurnFailed>) {
    this.#clock = clock;
    this.#listener = listener;
  }

  get isUnderWay(): boolean {
    return this.#timer !== undefined;
  }

  begin(): void {
    this.end();
    this.#timer = this.#clock.setTimeout(() => this.fail(), graceMs);
    this.#timer.unref?.();
  }

  /** Call when the client turns out to be unavailable after all. */
  fail(): void {
    if (!this.isUnderWay) return;
    this.end();
    this.#listener.onNews({ kind: 'changed' });
  }

  /** Call when the client is being served again, or has been closed. */
  end(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

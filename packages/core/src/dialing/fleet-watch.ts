import type { Clock, TimerHandle } from '../clock.ts';
import type { Dialer } from './dialer.ts';

const periodMs = 60_000;

/** Reads the number of the server's clients once a minute, so that the pace of dialing is known before an outage. */
export class FleetWatch {
  readonly #clock: Clock;
  readonly #dialer: Dialer;
  readonly #askInfo: () => Promise<unknown>;
  #timer: TimerHandle | undefined;

  constructor(clock: Clock, dialer: Dialer, askInfo: () => Promise<unknown>) {
    this.#clock = clock;
    this.#dialer = dialer;
    this.#askInfo = askInfo;
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      this.start();
      this.#read().catch(ignore);
    }, periodMs);
    this.#timer.unref?.();
  }

  stop(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #read(): Promise<void> {
    const connected = /^connected_clients:(\d+)/m.exec(String(await this.#askInfo()))?.[1];
    if (connected !== undefined) this.#dialer.observeFleet(Number(connected));
  }
}

function ignore(): void {
  // The user may lack permission for INFO: then the estimate stays as it is.
}

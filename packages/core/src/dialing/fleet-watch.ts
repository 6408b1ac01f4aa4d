import type { Clock, TimerHandle } from '../clock.ts';
import type { Dialer } from './dialer.ts';

const periodMs = 60_000;

type AskInfo = () => Promise<unknown>;

/** Reads the number of the server's clients once a minute, so that the pace of dialing is known before an outage. */
export class FleetWatch {
  readonly #watch: DialerWatch;
  readonly #askInfo: AskInfo;

  /** All connections of a dialer share one watch, and take turns in asking the server for the number of its clients. */
  constructor(clock: Clock, dialer: Dialer, askInfo: AskInfo) {
    this.#watch = watches.get(dialer) ?? new DialerWatch(clock, dialer);
    watches.set(dialer, this.#watch);
    this.#askInfo = askInfo;
  }

  start(): void {
    this.#watch.add(this.#askInfo);
  }

  stop(): void {
    this.#watch.remove(this.#askInfo);
  }
}

class DialerWatch {
  readonly #clock: Clock;
  readonly #dialer: Dialer;
  readonly #asked = new Set<AskInfo>();
  #timer: TimerHandle | undefined;

  constructor(clock: Clock, dialer: Dialer) {
    this.#clock = clock;
    this.#dialer = dialer;
  }

  add(askInfo: AskInfo): void {
    this.#asked.add(askInfo);
    if (this.#timer === undefined) this.#arm();
  }

  remove(askInfo: AskInfo): void {
    this.#asked.delete(askInfo);
    if (this.#asked.size > 0 || this.#timer === undefined) return;
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.#arm();
      this.#read().catch(ignore);
    }, periodMs);
    this.#timer.unref?.();
  }

  async #read(): Promise<void> {
    const [askInfo] = this.#asked;
    if (askInfo === undefined) return;
    // The connection that is asked now becomes the last in the set, so that another connection is asked next time: this
    // one may be down for a long time.
    this.#asked.delete(askInfo);
    this.#asked.add(askInfo);
    const connected = /^connected_clients:(\d+)/m.exec(String(await askInfo()))?.[1];
    if (connected !== undefined) this.#dialer.observeFleet(Number(connected));
  }
}

const watches = new WeakMap<Dialer, DialerWatch>();

function ignore(): void {
  // The user may lack permission for INFO. The estimate then stays unchanged.
}

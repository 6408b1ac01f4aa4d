import type { Clock, TimerHandle } from '../clock.ts';
import type { Dialer } from './dialer.ts';

const periodMs = 60_000;

/** A connected client that can ask its server. */
interface Asker {
  ask(command: string, args: readonly string[]): Promise<unknown>;
}

/** Reads the number of the server's clients once a minute, so that the pace of dialing is known before an outage. */
export class FleetWatch {
  readonly #watch: DialerWatch;
  readonly #asker: Asker;

  /** All connections of a dialer share one watch, and take turns in asking the server for the number of its clients. */
  constructor(clock: Clock, dialer: Dialer, asker: Asker) {
    this.#watch = watches.get(dialer) ?? new DialerWatch(clock, dialer);
    watches.set(dialer, this.#watch);
    this.#asker = asker;
  }

  start(): void {
    this.#watch.add(this.#asker);
  }

  stop(): void {
    this.#watch.remove(this.#asker);
  }
}

class DialerWatch {
  readonly #clock: Clock;
  readonly #dialer: Dialer;
  readonly #asked = new Set<Asker>();
  #timer: TimerHandle | undefined;

  constructor(clock: Clock, dialer: Dialer) {
    this.#clock = clock;
    this.#dialer = dialer;
  }

  add(asker: Asker): void {
    this.#asked.add(asker);
    if (this.#timer === undefined) this.#arm();
  }

  remove(asker: Asker): void {
    this.#asked.delete(asker);
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
    const [asker] = this.#asked;
    if (asker === undefined) return;
    // The connection that is asked now becomes the last in the set, so that another connection is asked next time: this
    // one may be down for a long time.
    this.#asked.delete(asker);
    this.#asked.add(asker);
    const connected = /^connected_clients:(\d+)/m.exec(String(await asker.ask('info', ['clients'])))?.[1];
    if (connected !== undefined) this.#dialer.observeFleet(Number(connected));
  }
}

const watches = new WeakMap<Dialer, DialerWatch>();

function ignore(): void {
  // The user may lack permission for INFO. The estimate then stays unchanged.
}

import type { Clock, TimerHandle } from '../clock.ts';
import type { Dialer } from './dialer.ts';

const periodMs = 60_000;

/** A connected client that can ask its server. */
interface Asker {
  ask(command: string, args: readonly string[]): Promise<unknown>;
}

/**
 * Reads the number of the server's clients once a minute, so that the pace of dialing is known before an outage. All
 * connections of a dialer share one watch, and take turns in asking the server.
 */
export class FleetWatch {
  readonly #clock: Clock;
  readonly #dialer: Dialer;
  readonly #asked = new Set<Asker>();
  #timer: TimerHandle | undefined;

  private constructor(clock: Clock, dialer: Dialer) {
    this.#clock = clock;
    this.#dialer = dialer;
  }

  static of(clock: Clock, dialer: Dialer): FleetWatch {
    let shared = watches.get(dialer);
    if (shared === undefined) watches.set(dialer, (shared = new FleetWatch(clock, dialer)));
    return shared;
  }

  /** Call when the client is connected. */
  add(asker: Asker): void {
    this.#asked.add(asker);
    if (this.#timer === undefined) this.#arm();
  }

  /** Call when the client no longer uses the dialer. */
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
    // The client that is asked now moves to the end of the set, so that another one is asked next time, even if this
    // client stays disconnected for long.
    this.#asked.delete(asker);
    this.#asked.add(asker);
    const connected = /^connected_clients:(\d+)/m.exec(String(await asker.ask('info', ['clients'])))?.[1];
    if (connected !== undefined) this.#dialer.observeFleet(Number(connected));
  }
}

const watches = new WeakMap<Dialer, FleetWatch>();

function ignore(): void {
  // The user may lack permission for INFO. The estimate then stays unchanged.
}

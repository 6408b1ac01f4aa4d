import type { Clock } from '../clock.ts';
import type { CommandSink } from '../driver/command-sink.ts';
import type { Driver } from '../driver/driver.ts';
import { stallDetectorOf } from '../event-loop/thaw-watches.ts';
import type { Wire } from '../socket/wire.ts';

/**
 * Makes a connection prove itself after the process was frozen or suspended. Meanwhile, the connection may have died
 * without a word, because a load balancer forgot it or the server's machine crashed. A write to it would have an
 * unknown outcome. Nothing is therefore written behind the first PING until the server has answered.
 */
export class ThawProof {
  readonly #driver: Pick<Driver, 'unanswered' | 'unansweredCount'>;
  readonly #wire: Pick<Wire, 'readAt' | 'sink' | 'isCalm'>;
  readonly #clock: Clock;
  #paused: CommandSink | undefined;

  constructor(
    driver: Pick<Driver, 'unanswered' | 'unansweredCount'>,
    wire: Pick<Wire, 'readAt' | 'sink' | 'isCalm'>,
    clock: Clock,
  ) {
    this.#driver = driver;
    this.#wire = wire;
    this.#clock = clock;
  }

  /** Whether commands are being held back, so that nothing but PING has been written to the socket. */
  get isPending(): boolean {
    return this.#paused !== undefined && this.#paused === this.#wire.sink;
  }

  /** Calls `ping`, which sends PING, and holds back what is sent later if the connection has to prove itself. */
  askBy(ping: () => void): void {
    const isDue = stallDetectorOf(this.#clock).thawedAt > this.#wire.readAt;
    const isQuiet = isDue && this.#driver.unansweredCount() === 0;
    ping();
    // PING is not sent while a circuit is open, for example.
    if (!isQuiet || this.#driver.unansweredCount() === 0) return;
    this.#paused = this.#wire.sink;
    this.#wire.isCalm = false;
    this.#paused?.pause();
  }

  /**
   * Call when bytes have arrived, which prove that the connection works: writes what was held back. Returns false, and
   * writes nothing, if a caller has given up one of these commands. That caller was told that the command did not run,
   * so the socket has to be dropped.
   */
  arrived(): boolean {
    if (!this.isPending) return true;
    const isGivenUp = this.#driver.unanswered().some(isGivenUpUnwritten);
    if (!isGivenUp) this.#paused?.resume();
    this.#paused = undefined;
    return !isGivenUp;
  }
}

function isGivenUpUnwritten({ call }: ReturnType<Driver['unanswered']>[number]): boolean {
  return call?.settled === true && call.written?.isWritten === false;
}

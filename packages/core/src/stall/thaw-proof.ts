import type { Clock } from '../clock.ts';
import type { CommandSink } from '../driver/command-sink.ts';
import type { Driver } from '../driver/driver.ts';
import { afterRunning } from '../event-loop/after-running.ts';
import { stallDetectorOf } from '../event-loop/thaw-watches.ts';
import type { Listener } from '../listener.ts';
import type { Wire } from '../socket/wire.ts';

/** PING has been unanswered for so long that the server should be asked over a second connection. */
interface Silent {
  readonly kind: 'silent';
}

/**
 * A quarter of the time after which a connection is suspected otherwise: nothing is lost if the suspicion is wrong,
 * because only PING has been sent.
 */
const suspectShare = 0.25;

/**
 * Makes a connection prove itself after the process was frozen or suspended. Meanwhile, the connection may have died
 * without a word, because a load balancer forgot it or the server's machine crashed. A write to it would have an
 * unknown outcome. Nothing is therefore written behind the first PING until the server has answered.
 */
export class ThawProof {
  readonly #driver: Pick<Driver, 'unanswered' | 'unansweredCount'>;
  readonly #wire: Pick<Wire, 'readAt' | 'sink' | 'isCalm' | 'roundTrip'>;
  readonly #clock: Clock;
  readonly #listener: Listener<Silent>;
  #paused: CommandSink | undefined;
  #stopWaiting: (() => void) | undefined;

  constructor(
    driver: Pick<Driver, 'unanswered' | 'unansweredCount'>,
    wire: Pick<Wire, 'readAt' | 'sink' | 'isCalm' | 'roundTrip'>,
    clock: Clock,
    listener: Listener<Silent>,
  ) {
    this.#driver = driver;
    this.#wire = wire;
    this.#clock = clock;
    this.#listener = listener;
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
    const suspectMs = suspectShare * this.#wire.roundTrip.limitMs();
    this.#stopWaiting = afterRunning(this.#clock, suspectMs, () => {
      if (this.isPending) this.#listener.onNews({ kind: 'silent' });
    });
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
    this.stop();
    return !isGivenUp;
  }

  /** Call when the connection is gone. */
  stop(): void {
    this.#paused = undefined;
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
  }
}

function isGivenUpUnwritten({ call }: ReturnType<Driver['unanswered']>[number]): boolean {
  return call?.settled === true && call.written?.isWritten === false;
}

import { isWriteRefusal } from '../cause.ts';
import type { Clock, TimerHandle } from '../clock.ts';
import { isReplyError } from '../replies/connection-error.ts';
import { classifyReply } from '../replies/reply-error.ts';
import type { Circuit } from './circuit.ts';

export interface CircuitProbeOptions {
  readonly clock: Clock;
  /**
   * Sends a command to the server immediately, without the checks and the queue for callers' commands; rejects with the
   * server's error reply.
   */
  readonly ask: (command: string, args: readonly string[]) => Promise<unknown>;
}

const firstPauseMs = 100;
const growth = 1.2;
const maxPauseMs = 1000;
/** If a call came less than this many milliseconds ago, callers need Redis, so a probe is sent every 100 ms. */
const recentMs = 1000;

// Arguments with which LPUSHX changes nothing, because the key does not exist. The server still refuses LPUSHX, like
// any other write, while it lacks memory, a working disk or replicas.
const harmlessWrite = ['__redis-resilience:probe', ''] as const;

/**
 * Sends probe commands while a circuit is open or half-open. Probes can close the circuit without any calls of the
 * application, and before the open time is over. The probe is a PING or, if the server refused writes, a write that
 * changes nothing. Probes are sent one at a time: every 100 ms while calls come, otherwise after pauses that grow to a
 * second. In the half-open state, a PING that is answered quickly counts as a successful trial; any other PING is not
 * counted. A write that the server accepts closes the circuit.
 */
export class CircuitProbe {
  readonly #circuit: Circuit;
  readonly #options: CircuitProbeOptions;
  #timer: TimerHandle | undefined;
  #pauseMs = firstPauseMs;
  #dueAt = 0;

  constructor(circuit: Circuit, options: CircuitProbeOptions) {
    this.#circuit = circuit;
    this.#options = options;
  }

  /**
   * Call after each change of the circuit: starts probing if the circuit is open or half-open, otherwise stops. A
   * manually isolated circuit is not probed.
   */
  follow(): void {
    const { state } = this.#circuit;
    if (state !== 'open' && state !== 'half-open') this.stop();
    else if (this.#timer === undefined) this.#begin();
  }

  stop(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #begin(): void {
    this.#pauseMs = firstPauseMs;
    this.#arm();
  }

  #arm(): void {
    this.#dueAt = this.#options.clock.now() + this.#pauseMs;
    this.#armNext();
  }

  // The timer fires every 100 ms even during a longer pause, because a call that comes meanwhile ends the pause.
  #armNext(): void {
    const { clock } = this.#options;
    const timer = clock.setTimeout(
      () => {
        const now = clock.now();
        if (now < this.#dueAt && now - this.#circuit.wantedAt > recentMs) return this.#armNext();
        const asksForWrites = isWriteRefusal(this.#circuit.cause);
        void this.#look(asksForWrites).then((tookMs) => {
          if (this.#timer === timer) this.#judge(asksForWrites, tookMs);
        });
      },
      Math.min(firstPauseMs, this.#dueAt - clock.now()),
    );
    this.#timer = timer;
    timer.unref?.();
  }

  /** Sends a probe. Returns the milliseconds until a good reply, or undefined if the reply was bad or missing. */
  async #look(asksForWrites: boolean): Promise<number | undefined> {
    const { clock } = this.#options;
    const startedAt = clock.now();
    const isWell = asksForWrites ? await this.#takesWrites() : await this.#answers();
    const tookMs = clock.now() - startedAt;
    return isWell && (asksForWrites || tookMs <= this.#circuit.slowLimitMs) ? tookMs : undefined;
  }

  #judge(askedForWrites: boolean, tookMs: number | undefined): void {
    this.#timer = undefined;
    // While the probe was running, the circuit may have opened for another cause, about which the probe's reply says
    // nothing.
    const isToThePoint = askedForWrites === isWriteRefusal(this.#circuit.cause);
    if (tookMs === undefined || !isToThePoint) {
      this.#pauseMs = Math.min(maxPauseMs, this.#pauseMs * growth);
      this.#arm();
      return;
    }
    // One accepted write proves that the server no longer refuses writes; only trials can show that a slow server is
    // fast again.
    if (askedForWrites) this.#circuit.close(this.#options.clock.now());
    else this.#tryOut(tookMs);
    this.follow();
  }

  #tryOut(tookMs: number): void {
    const circuit = this.#circuit;
    const now = this.#options.clock.now();
    if (circuit.state === 'open') {
      circuit.enterHalfOpen(now);
      return;
    }
    // If no trial slot is free, the probe is not admitted, and its success is not counted.
    circuit.succeeded(circuit.admit(now), tookMs, now);
  }

  async #takesWrites(): Promise<boolean> {
    try {
      await this.#options.ask('lpushx', harmlessWrite);
      return true;
    } catch (error) {
      // If the Redis user may not run LPUSHX, the error reply does not show whether the server accepts writes again.
      // The circuit closes nevertheless, and the results of real writes decide whether the circuit opens again.
      if (!(error instanceof Error) || !isReplyError(error)) return false;
      return classifyReply(error.message).scope === 'command';
    }
  }

  async #answers(): Promise<boolean> {
    try {
      await this.#options.ask('ping', []);
      return true;
    } catch (error) {
      return error instanceof Error && isReplyError(error);
    }
  }
}

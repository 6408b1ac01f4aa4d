import type { CauseCode } from '../cause.ts';
import type { Circuit } from './circuit.ts';
import type { Clock } from '../clock.ts';
import { isReplyError } from '../replies/connection-error.ts';
import { classifyReply } from '../replies/reply-error.ts';
import { LaneProbe } from './lane-probe.ts';
import type { Lane } from '../snapshot.ts';

export interface LaneWatchHost {
  readonly clock: Clock;
  readonly circuits: Readonly<Record<Lane, Circuit>>;
  /** An answer faster than this is not slow. */
  readonly slowMs: number;
  /** Sends a question of our own past the gate; rejects as the server answers. */
  ask(command: string, args: readonly string[]): Promise<unknown>;
}

// A write that needs memory, persistence and replicas like any other, and changes nothing: its key does not exist.
const harmlessWrite = ['__redis-resilience:probe', ''] as const;

/**
 * Brings the circuits back as soon as the server does, also where no traffic would: a question for each that is not
 * closed, of the kind that opened it. While a circuit is on trial, an answer is a trial like any other.
 */
export class LaneWatch {
  readonly #host: LaneWatchHost;
  readonly #probes: Readonly<Record<Lane, LaneProbe>>;

  constructor(host: LaneWatchHost) {
    this.#host = host;
    this.#probes = { read: this.#probe('read'), write: this.#probe('write') };
  }

  /** A circuit changed: asks while it is open or on trial, and not when it is isolated by hand. */
  onChange(lane: Lane): void {
    const { state } = this.#host.circuits[lane];
    if (state === 'open' || state === 'half-open') this.#probes[lane].start();
    else this.#probes[lane].stop();
  }

  stop(): void {
    for (const probe of Object.values(this.#probes)) probe.stop();
  }

  #probe(lane: Lane): LaneProbe {
    const circuit = (): Circuit => this.#host.circuits[lane];
    let tookMs = 0;
    return new LaneProbe(this.#host.clock, {
      ask: async () => {
        const startedAt = this.#host.clock.now();
        const refuses = isRefusal(circuit().cause);
        const isWell = refuses ? await this.#takesWrites() : await this.#answers();
        tookMs = this.#host.clock.now() - startedAt;
        return isWell && (refuses || tookMs < this.#host.slowMs);
      },
      onWell: () => {
        // A refusal that is gone is gone; whether a slow server is fast again, the trials tell.
        if (isRefusal(circuit().cause)) circuit().close(this.#host.clock.now());
        else this.#tryOut(circuit(), tookMs);
        this.onChange(lane);
      },
    });
  }

  #tryOut(circuit: Circuit, tookMs: number): void {
    const now = this.#host.clock.now();
    if (circuit.state === 'open') {
      circuit.enterHalfOpen(now);
      return;
    }
    const generation = circuit.admit(now);
    if (generation >= 0) circuit.succeeded(generation, tookMs, now);
  }

  async #takesWrites(): Promise<boolean> {
    try {
      await this.#host.ask('lpushx', harmlessWrite);
      return true;
    } catch (error) {
      // A refusal for want of permission says nothing about memory: then real traffic is the trial.
      if (!(error instanceof Error) || !isReplyError(error)) return false;
      return classifyReply(error.message).scope === 'command';
    }
  }

  async #answers(): Promise<boolean> {
    try {
      await this.#host.ask('ping', []);
      return true;
    } catch (error) {
      return error instanceof Error && isReplyError(error);
    }
  }
}

function isRefusal(cause: CauseCode | undefined): boolean {
  return cause === 'out-of-memory' || cause === 'persistence' || cause === 'too-few-replicas';
}

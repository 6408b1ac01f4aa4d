import type { FleetClient, MakeClient, Surroundings } from './fleet-client.js';
import { lateness } from './fleet-client.js';
import {
  Dialer,
  type DialAttempt,
  type DialResult,
  type DialTicket,
  type RealDialer,
} from './real-dialer.js';

export interface PacedOptions {
  readonly minPeriodMs: number;
  readonly maxPeriodMs: number;
  /** Factor by which the client misjudges the size of the fleet. */
  readonly estimateFactor: number;
  /** If false, each connection has a dialer of its own, as if each were in a separate process. */
  readonly isShared: boolean;
}

export const pacedDefaults: PacedOptions = {
  minPeriodMs: 100,
  maxPeriodMs: 5_000,
  estimateFactor: 1,
  isShared: true,
};

/** Simulates processes that use core's {@link Dialer}. */
export function pacedClient(options: Partial<PacedOptions> = {}): MakeClient {
  const settings = { ...pacedDefaults, ...options };
  return (process, connections, surroundings) =>
    new PacedProcess(process, connections, surroundings, settings);
}

class PacedProcess implements FleetClient {
  readonly #process: number;
  readonly #in: Surroundings;
  readonly #factor: number;
  readonly #dialers: RealDialer[];
  readonly #tickets: (DialTicket | undefined)[];
  #isStarted = false;

  constructor(process: number, connections: number, surroundings: Surroundings, options: PacedOptions) {
    this.#process = process;
    this.#in = surroundings;
    this.#factor = options.estimateFactor;
    this.#tickets = Array.from({ length: connections }, () => undefined);
    const { clock, random } = surroundings;
    const make = (): RealDialer => {
      const late = { now: () => clock.now(), wallNow: () => clock.wallNow() };
      return new Dialer({
        ...options,
        random,
        handshakeTimeoutMs: 5_000,
        clock: {
          ...late,
          setTimeout: (callback, delayMs) => clock.setTimeout(callback, delayMs + lateness(random)),
          clearTimeout: (handle) => clock.clearTimeout(handle),
          setImmediate: (callback) => clock.setImmediate(callback),
        },
      });
    };
    const shared = make();
    this.#dialers = this.#tickets.map(() => (options.isShared ? shared : make()));
  }

  start(): void {
    for (const index of this.#tickets.keys()) this.#dial(index);
    this.#isStarted = true;
  }

  lose(index: number): void {
    this.#tickets[index]?.lost();
    this.#dial(index);
  }

  #dial(index: number): void {
    const isStarting = !this.#isStarted;
    this.#tickets[index] = this.#dialers[index]!.dial({
      priority: 'command',
      attempt: (attempt) => (isStarting ? this.#atOnce() : this.#attempt(attempt, index)),
    });
  }

  /** Connects immediately, because the start of the fleet, long before the outage, is not measured. */
  #atOnce(): Promise<DialResult> {
    this.#in.clock.hasReactions = true;
    return Promise.resolve({ ok: true, fleetSize: this.#in.fleetSize * this.#factor });
  }

  #attempt(attempt: DialAttempt, index: number): Promise<DialResult> {
    const { clock, server } = this.#in;
    this.#in.onAttempt();
    return new Promise((resolve) => {
      const end = (result: DialResult): void => {
        clock.hasReactions = true;
        resolve(result);
      };
      server.connect({
        isGivenUp: () => attempt.signal.aborted,
        onRefused: () => end({ ok: false, cause: 'connection-refused' }),
        onQueued: () => attempt.connected(),
        onServed: () => {
          this.#in.onRecovered(this.#process, index);
          end({ ok: true, fleetSize: 1 });
        },
      });
    });
  }
}

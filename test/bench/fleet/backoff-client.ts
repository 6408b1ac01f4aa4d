import { lateness, type FleetClient, type MakeClient, type Surroundings } from './fleet-client.js';

/** How long a client library waits before it reconnects. */
export interface BackoffRule {
  /** Delay before attempt number `attempt` after a loss, counted from 1. */
  delayMs(attempt: number, random: () => number): number;
  readonly connectTimeoutMs: number;
}

/**
 * Creates clients that do not coordinate: each connection reconnects on its own, with the delays of `rule`.
 */
export function backoffClient(rule: BackoffRule): MakeClient {
  return (process, connections, surroundings) => {
    const links = Array.from(
      { length: connections },
      (_, index) => new Link(rule, process, index, surroundings),
    );
    return { start: () => undefined, lose: (index) => links[index]!.lose() } satisfies FleetClient;
  };
}

class Link {
  #attempt = 0;
  readonly #rule: BackoffRule;
  readonly #process: number;
  readonly #index: number;
  readonly #in: Surroundings;

  constructor(rule: BackoffRule, process: number, index: number, surroundings: Surroundings) {
    this.#rule = rule;
    this.#process = process;
    this.#index = index;
    this.#in = surroundings;
  }

  lose(): void {
    this.#attempt = 0;
    this.#wait();
  }

  #wait(): void {
    const { clock, random } = this.#in;
    this.#attempt++;
    const delayMs = this.#rule.delayMs(this.#attempt, random);
    clock.setTimeout(() => this.#connect(), delayMs + lateness(random));
  }

  #connect(): void {
    const { clock, server } = this.#in;
    this.#in.onAttempt();
    let isGivenUp = false;
    const timer = clock.setTimeout(() => {
      isGivenUp = true;
      this.#wait();
    }, this.#rule.connectTimeoutMs);
    server.connect({
      isGivenUp: () => isGivenUp,
      onRefused: () => {
        clock.clearTimeout(timer);
        this.#wait();
      },
      onQueued: () => clock.clearTimeout(timer),
      onServed: () => this.#in.onRecovered(this.#process, this.#index),
    });
  }
}

import type { RedisResilience, SnapshotDetail } from '@redis-resilience/core';
import type { SimulatedNetwork } from '../network/simulated-network.ts';
import type { SimulatedTime } from '../time/simulated-time.ts';
import type { Findings } from './findings.ts';

/**
 * Maximum number of connections that a run may have at the same time; more mean that core leaks connections. The limit
 * allows for three clients, each with its own connection and others to check a server. It also allows for each client's
 * connections to each of the three sentinels.
 */
const mostLinks = 40;
const mostTimers = 100;

/**
 * Checks that the counts of a resilience are correct, and that it has no more connections and timers than necessary.
 */
export class BoundsWatch {
  readonly #resilience: RedisResilience;
  readonly #network: SimulatedNetwork;
  readonly #time: SimulatedTime;
  readonly #findings: Findings;

  constructor(
    resilience: RedisResilience,
    network: SimulatedNetwork,
    time: SimulatedTime,
    findings: Findings,
  ) {
    this.#resilience = resilience;
    this.#network = network;
    this.#time = time;
    this.#findings = findings;
  }

  look(): void {
    const { inFlight, waiting } = this.#counts();
    if (inFlight < 0 || waiting < 0)
      this.#findings.add('miscounted', `${inFlight} in flight, ${waiting} waiting`);
    const links = this.#network.links.length;
    if (links > mostLinks) this.#findings.add('unbounded', `${links} connections at once`);
    const timers = this.#time.pendingTimers;
    if (timers > mostTimers) this.#findings.add('unbounded', `${timers} timers at once`);
  }

  /**
   * Whether core counts no call as in flight or waiting. A PING that core sends on its own counts for a moment, so a
   * single `false` proves nothing, and the caller asks again.
   */
  get isIdle(): boolean {
    const { inFlight, waiting } = this.#counts();
    return inFlight + waiting === 0;
  }

  /** Must be called when no call is pending. */
  lookWhenIdle(): void {
    const { inFlight, waiting } = this.#counts();
    if (inFlight + waiting > 0) {
      this.#findings.add('miscounted', `${inFlight} in flight and ${waiting} waiting, with no call open`);
    }
  }

  lookAfterClose(): void {
    const timers = this.#time.pendingTimers;
    if (timers > 0) this.#findings.add('left-over', `${timers} timers after close()`);
    const links = this.#network.links.length;
    if (links > 0) this.#findings.add('left-over', `${links} connections after close()`);
  }

  #counts(): SnapshotDetail {
    return (this.#resilience as unknown as { detail(): SnapshotDetail }).detail();
  }
}

import type { RedisResilience, SnapshotDetail } from '@redis-resilience/core';
import type { SimulatedNetwork } from '../network/simulated-network.ts';
import type { SimulatedTime } from '../time/simulated-time.ts';
import type { Findings } from './findings.ts';

/**
 * More than this at once would be a leak: the connections of three clients, and those that are asked beside them. Each
 * client asks each of three sentinels at most for a server to connect to, for its role, and for a promotion.
 */
const mostLinks = 40;
const mostTimers = 100;

/** What a resilience holds: counts that are true, and no more connections and timers than it needs. */
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

  /** Whether nothing is counted as open: between two looks, a PING of the resilience itself is answered. */
  get isIdle(): boolean {
    const { inFlight, waiting } = this.#counts();
    return inFlight + waiting === 0;
  }

  /** No call is open. */
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

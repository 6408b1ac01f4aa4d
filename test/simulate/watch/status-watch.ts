import type { RedisResilience } from '@redis-resilience/core';
import type { Calls } from '../traffic/calls.ts';
import type { Findings } from './findings.ts';

/** `well`: all servers work and can be reached. `away`: none can serve calls. `troubled`: anything in between. */
export type WorldState = 'well' | 'away' | 'troubled';

/**
 * Maximum time in milliseconds until the status reflects a change. The status is usually up after about 100 ms; but if
 * a connection dies while the server is loading, core notices that only when the handshake times out after 5 s.
 */
const bounds = { up: 6_000, down: 3_500 } as const;

/** Compares the status with the state of the simulated servers at regular intervals. */
export class StatusWatch {
  readonly #resilience: RedisResilience;
  readonly #findings: Findings;
  readonly #calls: Calls;
  #world: WorldState = 'well';
  #since = 0;
  #stoodStillBefore = 0;
  /** The longest time that the status took to become `up` after the servers were reachable again, in milliseconds. */
  slowestRecoveryMs = 0;
  #isWaiting = true;

  constructor(resilience: RedisResilience, findings: Findings, calls: Calls) {
    this.#resilience = resilience;
    this.#findings = findings;
    this.#calls = calls;
  }

  /** Returns for how many milliseconds the servers have been fully reachable. */
  wellForMs(now: number): number {
    return this.#world === 'well' ? now - this.#since : 0;
  }

  worldIs(world: WorldState, now: number): void {
    if (world === this.#world) return;
    this.#world = world;
    this.#since = now;
    this.#stoodStillBefore = this.#calls.stoodStillMs;
    this.#isWaiting = world === 'well';
  }

  look(now: number): void {
    const { status, cause } = this.#resilience.snapshot();
    const stoodStillMs = this.#calls.stoodStillMs - this.#stoodStillBefore;
    const sinceMs = now - this.#since - stoodStillMs;
    if (this.#world === 'well' && status === 'up' && this.#isWaiting) {
      this.#isWaiting = false;
      this.slowestRecoveryMs = Math.max(this.slowestRecoveryMs, sinceMs);
    }
    if (this.#world === 'well' && status !== 'up' && sinceMs > bounds.up) {
      this.#findings.add(
        'not-recovered',
        `all has been well for ${Math.round(sinceMs)} ms, and Redis is ${status} (${cause?.code})`,
      );
    }
    if (this.#world === 'away' && status === 'up' && sinceMs > bounds.down) {
      this.#findings.add(
        'wrong-status',
        `the server has been away for ${Math.round(sinceMs)} ms, and Redis is up`,
      );
    }
  }
}

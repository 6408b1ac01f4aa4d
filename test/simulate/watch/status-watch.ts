import type { RedisResilience } from '@redis-resilience/core';
import type { Calls } from '../traffic/calls.ts';
import type { Findings } from './findings.ts';

/** What the world is like: well, surely away for everybody, or something between. */
export type WorldState = 'well' | 'away' | 'troubled';

/**
 * The status has to follow the world within this. Nearly always it is up after some 100 ms; but a socket that dies while
 * its server loads is noticed only when the handshake has lasted its 5 s.
 */
const bounds = { up: 6_000, down: 3_500 } as const;

/** Compares the status with the world, again and again. */
export class StatusWatch {
  readonly #resilience: RedisResilience;
  readonly #findings: Findings;
  readonly #calls: Calls;
  #world: WorldState = 'well';
  #since = 0;
  #stoodStillBefore = 0;
  /** How long after the world was well again it took the status to be up, at most. */
  slowestRecoveryMs = 0;
  #isWaiting = true;

  constructor(resilience: RedisResilience, findings: Findings, calls: Calls) {
    this.#resilience = resilience;
    this.#findings = findings;
    this.#calls = calls;
  }

  /** Milliseconds for which all has been well. */
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

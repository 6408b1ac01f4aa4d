import type { Cluster, Redis } from 'ioredis';
import {
  OutcomeUnknownError,
  type Clock,
  type RedisResilience,
  type RedisSnapshot,
} from '@redis-resilience/core';
import { pause, untilChange } from '@redis-resilience/core/kit';

const lookAgainMs = 20;
/**
 * How long a call waits after an interruption. A worker that shares a connection with a closing one must not retry
 * immediately.
 */
const interruptedMs = 100;
const maxLookMs = 1000;

/** How a wait for Redis ended. */
export type OutageEnd = 'back' | 'too-long' | 'interrupted';

/** Calls of one worker connection, and of its duplicates, that are waiting for Redis. */
export class Outage {
  readonly #resilience: RedisResilience;
  readonly #clock: Clock;
  readonly #waiting = new Set<AbortController>();
  #first: Redis | Cluster | undefined;
  #wasInterrupted = false;

  constructor(resilience: RedisResilience, clock: Clock) {
    this.#resilience = resilience;
    this.#clock = clock;
  }

  /**
   * Records a client that made a call. Returns whether it belongs only to the worker: a duplicate, not the shared
   * client.
   */
  adopt(client: Redis | Cluster): boolean {
    this.#first ??= client;
    return client !== this.#first;
  }

  /**
   * Ends all waits until Redis is back, because one of the duplicates is being closed. A worker makes further calls
   * while it closes.
   */
  interrupt(): void {
    if (this.#resilience.snapshot().writes) return;
    this.#wasInterrupted = true;
    for (const wait of this.#waiting) wait.abort();
  }

  /** Whether the waits in this outage have been ended, and Redis is not back yet. */
  get isInterrupted(): boolean {
    if (this.#resilience.snapshot().writes) this.#wasInterrupted = false;
    return this.#wasInterrupted;
  }

  /** Settles as the call does, but rejects if the waits are ended first. */
  async unlessInterrupted<T>(call: Promise<T>): Promise<T> {
    const wait = new AbortController();
    this.#waiting.add(wait);
    try {
      return await new Promise<T>((resolve, reject) => {
        wait.signal.addEventListener('abort', () => reject(interruption(this.#resilience)));
        call.then(resolve, reject);
      });
    } finally {
      this.#waiting.delete(wait);
    }
  }

  /**
   * Waits until Redis is writable and this client is connected: at least 20 ms, and, if longer, at most `timeoutMs`. If
   * the waits have been ended or the client is closed, waits 100 ms.
   */
  async end(client: Redis | Cluster, timeoutMs: number): Promise<OutageEnd> {
    if (this.isInterrupted || client.status === 'end') {
      await pause(this.#clock, interruptedMs);
      return 'interrupted';
    }
    const deadline = this.#clock.now() + timeoutMs;
    const wait = new AbortController();
    this.#waiting.add(wait);
    try {
      // This pause applies even if Redis is back: a call that fails nevertheless must not be retried immediately.
      await pause(this.#clock, lookAgainMs, wait.signal);
      return await this.#end(client, deadline, wait.signal);
    } catch (error) {
      if (wait.signal.aborted) return 'interrupted';
      throw error;
    } finally {
      this.#waiting.delete(wait);
    }
  }

  async #end(client: Redis | Cluster, deadline: number, signal: AbortSignal): Promise<OutageEnd> {
    for (;;) {
      const { writes, connection } = this.#resilience.snapshot();
      if (client.status === 'end' || connection === 'ended') return 'interrupted';
      if (writes && client.status === 'ready') return 'back';
      const leftMs = deadline - this.#clock.now();
      if (leftMs <= 0) return 'too-long';
      if (writes) await pause(this.#clock, Math.min(lookAgainMs, leftMs), signal);
      else {
        const timeoutMs = Math.min(maxLookMs, leftMs);
        await untilChange(this.#resilience, this.#clock, isServingOrEnded, { timeoutMs, signal });
      }
    }
  }
}

function isServingOrEnded({ writes, connection }: RedisSnapshot): boolean {
  return writes || connection === 'ended';
}

function interruption(resilience: RedisResilience): OutcomeUnknownError {
  return new OutcomeUnknownError('The worker closes while Redis is away.', {
    reason: resilience.snapshot().cause?.code,
    outcome: 'unknown',
  });
}

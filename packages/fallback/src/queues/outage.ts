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
 * After a closing worker has interrupted all waits, each failed call waits this long before it rejects. Without the
 * pause, another worker on the same connection would retry in a tight loop.
 */
const interruptedMs = 100;
const maxLookMs = 1000;

/**
 * How a wait for Redis ended. `back`: Redis is writable and the client is connected. `too-long`: the time limit has
 * passed. `interrupted`: a worker is closing, or the client is closed.
 */
export type OutageEnd = 'back' | 'too-long' | 'interrupted';

/** Lets the calls of a worker's client and of its duplicates wait until an outage is over. */
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
   * Must be called for each client when the client is created. Returns false for the first client, which several
   * workers may share, and true for a duplicate, which belongs to one worker.
   */
  adopt(client: Redis | Cluster): boolean {
    this.#first ??= client;
    return client !== this.#first;
  }

  /**
   * Interrupts all waits, because a worker is closing its duplicate. Until Redis is back, waits that begin later are
   * cut short too, because a worker makes more calls while it closes.
   */
  interrupt(): void {
    if (this.#resilience.snapshot().writes) return;
    this.#wasInterrupted = true;
    for (const wait of this.#waiting) wait.abort();
  }

  /** Whether a closing worker has interrupted the waits of this outage. */
  get isInterrupted(): boolean {
    if (this.#resilience.snapshot().writes) this.#wasInterrupted = false;
    return this.#wasInterrupted;
  }

  /** Resolves or rejects as `call` does, but rejects immediately when a closing worker interrupts all waits. */
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
   * Waits until Redis is writable and this client is connected, for at most `timeoutMs`, but for at least 20 ms. If a
   * closing worker has interrupted the waits of this outage, or if the client is closed, waits only 100 ms.
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
      // Pauses even if Redis is already back: a call that keeps failing would otherwise be retried in a tight loop.
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
    connection: resilience.name,
  });
}

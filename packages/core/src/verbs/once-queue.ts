import type { Clock } from '../clock.ts';
import { OverloadedError } from '../errors.ts';
import type { RedisResilience } from '../redis-resilience.ts';
import type { RedisSnapshot } from '../snapshot.ts';
import { untilChange } from './until-change.ts';

const pauseMs = 100;
/** Maximum number of calls that continue in one turn of the event loop. */
const perTurn = 200;

/**
 * The queue in which calls of `applyOnce` wait for Redis. When the status is `up` again, all waiting calls continue, at
 * most 200 in each turn of the event loop. Before the status is `up`, one call retries every 100 ms, because the
 * server, or some nodes of a Cluster, may accept writes again without a change of the status. If a retry succeeds,
 * twice as many calls retry the next time.
 */
export class OnceQueue {
  readonly #resilience: Pick<RedisResilience, 'name' | 'on' | 'snapshot'>;
  readonly #clock: Clock;
  readonly #maxWaiting: number;
  readonly #waiting = new Set<() => void>();
  #isAwake = false;
  #hasServed = false;

  constructor(
    resilience: Pick<RedisResilience, 'name' | 'on' | 'snapshot'>,
    clock: Clock,
    { maxWaiting }: { readonly maxWaiting: number },
  ) {
    this.#resilience = resilience;
    this.#clock = clock;
    this.#maxWaiting = maxWaiting;
  }

  get length(): number {
    return this.#waiting.size;
  }

  /**
   * Resolves when the waiting call of `applyOnce` may try again. Rejects with the signal's reason if the signal aborts
   * first.
   *
   * @throws {@link OverloadedError} if `admission.maxWaiting` calls are already waiting
   */
  wait(signal: AbortSignal | undefined): Promise<void> {
    if (this.#waiting.size >= this.#maxWaiting) {
      throw new OverloadedError(
        `${this.#maxWaiting} calls of applyOnce wait for Redis already, and this one may have been applied. ` +
          'Repeat it later with the same id, or raise admission.maxWaiting.',
        { reason: 'overloaded', outcome: 'unknown', connection: this.#resilience.name },
      );
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(leave);
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const onAbort = (): void => {
        this.#waiting.delete(leave);
        reject(signal?.reason as Error);
      };
      if (signal?.aborted === true) return onAbort();
      this.#waiting.add(leave);
      signal?.addEventListener('abort', onAbort, { once: true });
      if (!this.#isAwake) void this.#serve();
    });
  }

  /** Call when a write that has waited in the queue gets its reply. */
  noteServed(): void {
    this.#hasServed = true;
  }

  async #serve(): Promise<void> {
    this.#isAwake = true;
    let retried = 1;
    while (this.#waiting.size > 0) {
      const { status, connection } = this.#resilience.snapshot();
      if (connection === 'ended') this.#release(Infinity);
      else if (status === 'up') {
        await new Promise<void>((resolve) => this.#clock.setImmediate(resolve));
        this.#release(perTurn);
      } else {
        const bounds = { timeoutMs: pauseMs };
        const change = await untilChange(this.#resilience, this.#clock, isServingOrEnded, bounds);
        retried = this.#hasServed ? Math.min(2 * retried, perTurn) : 1;
        this.#hasServed = false;
        if (change === undefined) this.#release(retried);
      }
    }
    this.#isAwake = false;
  }

  #release(count: number): void {
    for (const leave of [...this.#waiting].slice(0, count)) leave();
  }
}

function isServingOrEnded({ status, connection }: RedisSnapshot): boolean {
  return status === 'up' || connection === 'ended';
}

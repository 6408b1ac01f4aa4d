import {
  RedisUnavailableError,
  type Clock,
  type RedisResilience,
  type TimerHandle,
} from '@redis-resilience/core';
import { Script } from '../script.ts';

const releaseScript = new Script(`
if redis.call('HGET', KEYS[1], 'holder') ~= ARGV[1] then return 0 end
redis.call('HDEL', KEYS[1], 'holder', 'ends')
return 1
`);

/** A lock that is held, as far as Redis can vouch for it. */
export interface Lock {
  /** Higher than that of every holder before. */
  readonly fence: number;
  /** Whether it is certain that nobody else holds it. Decided by this process's own clock, without asking. */
  readonly isHeld: boolean;
  /** Aborts when that ends: it was lost, or could not be extended in time. */
  readonly signal: AbortSignal;
  /** @throws when Redis is away, or the lock was lost */
  extend(ttlMs?: number): Promise<void>;
  /** Gives it back. @throws when Redis is away; then it ends by itself */
  release(): Promise<void>;
}

interface Parts {
  readonly resilience: RedisResilience;
  readonly clock: Clock;
  readonly key: string;
  readonly token: string;
  readonly fence: number;
  readonly ttlMs: number;
  readonly askedAt: number;
  /** Gives the fence; 0 when the lock was lost. */
  readonly extend: (ttlMs: number) => Promise<number>;
}

// The server's clock may run a little faster than ours.
const driftRatio = 0.01;
const driftMs = 2;

export class HeldLock implements Lock {
  readonly fence: number;
  readonly #parts: Parts;
  readonly #abort = new AbortController();
  #heldUntil: number;
  #end: TimerHandle | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.fence = parts.fence;
    this.#heldUntil = 0;
    this.#holdUntil(parts.askedAt, parts.ttlMs);
  }

  static async release(resilience: RedisResilience, key: string, token: string): Promise<void> {
    await releaseScript.run(resilience.client, key, token);
  }

  get isHeld(): boolean {
    return !this.signal.aborted && this.#parts.clock.now() < this.#heldUntil;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  async extend(ttlMs: number = this.#parts.ttlMs): Promise<void> {
    if (!this.isHeld) throw lost();
    const { clock, extend } = this.#parts;
    const askedAt = clock.now();
    const fence = await extend(ttlMs);
    if (fence !== this.fence || !this.isHeld) {
      this.#lose();
      throw lost();
    }
    this.#holdUntil(askedAt, ttlMs);
  }

  async release(): Promise<void> {
    const { resilience, key, token } = this.#parts;
    this.#lose();
    await HeldLock.release(resilience, key, token);
  }

  /** Extends it each third of its time until the returned function is called, or it is lost. */
  keepExtending(): () => void {
    const { clock, ttlMs } = this.#parts;
    let timer: TimerHandle;
    const arm = (): void => {
      timer = clock.setTimeout(() => {
        // One that fails is tried again; `signal` tells when time is up.
        this.extend()
          .catch(() => undefined)
          .finally(() => {
            if (this.isHeld) arm();
          });
      }, ttlMs / 3);
      timer.unref?.();
    };
    arm();
    return () => clock.clearTimeout(timer);
  }

  #holdUntil(askedAt: number, ttlMs: number): void {
    const { clock } = this.#parts;
    this.#heldUntil = askedAt + ttlMs * (1 - driftRatio) - driftMs;
    if (this.#end !== undefined) clock.clearTimeout(this.#end);
    this.#end = clock.setTimeout(() => this.#lose(), Math.max(0, this.#heldUntil - clock.now()));
    this.#end.unref?.();
  }

  #lose(): void {
    if (this.#end !== undefined) this.#parts.clock.clearTimeout(this.#end);
    if (!this.signal.aborted) this.#abort.abort(lost());
  }
}

function lost(): RedisUnavailableError {
  return new RedisUnavailableError('The lock is not held any more; stop what it protects.', {
    outcome: 'not-applied',
  });
}

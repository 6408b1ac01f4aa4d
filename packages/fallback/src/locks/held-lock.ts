import {
  RedisUnavailableError,
  type Clock,
  type RedisResilience,
  type TimerHandle,
} from '@redis-resilience/core';
import { release } from './release.ts';

/** A lock that this process holds until it is released, lost or not extended in time. */
export interface Lock {
  /** Higher than the fence of every earlier holder; each of several databases counts for itself. */
  readonly fence: number;
  /**
   * Whether no other holder can have the lock. Decided by the clock of this process, without asking Redis. False once
   * another of several databases is in use: a lock never crosses.
   */
  readonly isHeld: boolean;
  /** Aborts when `isHeld` becomes false. */
  readonly signal: AbortSignal;
  /**
   * Holds the lock for another `ttlMs`. Default: the `ttlMs` it was acquired with.
   *
   * @throws {@link RedisUnavailableError} when the lock was lost, or an error of core while Redis is away
   */
  extend(ttlMs?: number): Promise<void>;
  /**
   * Gives the lock back.
   *
   * @throws an error of core while Redis is away; the lock is then released when Redis is back, or expires before
   */
  release(): Promise<void>;
}

interface Parts {
  readonly resilience: RedisResilience;
  readonly clock: Clock;
  readonly key: string;
  readonly token: string;
  readonly fence: number;
  readonly ttlMs: number;
  /** The database that gave it, where there are several. */
  readonly database: string | undefined;
  readonly askedAt: number;
  /** Gives the fence; 0 when the lock was lost. */
  readonly extend: (ttlMs: number) => Promise<number>;
}

// The clock of the server may run a little faster than the clock of this process.
const driftRatio = 0.01;
const driftMs = 2;

export class HeldLock implements Lock {
  readonly fence: number;
  readonly #parts: Parts;
  readonly #abort = new AbortController();
  readonly #database: string | undefined;
  readonly #stopListening: () => void;
  #heldUntil: number;
  // The longest time for which Redis may have it now.
  #ttlMs: number;
  #end: TimerHandle | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.fence = parts.fence;
    this.#heldUntil = 0;
    this.#ttlMs = parts.ttlMs;
    this.#database = parts.database;
    this.#stopListening = parts.resilience.on('change', () => {
      if (this.#isElsewhere) this.#lose();
    });
    this.#holdUntil(parts.askedAt, parts.ttlMs);
  }

  get isHeld(): boolean {
    return !this.signal.aborted && !this.#isElsewhere && this.#parts.clock.now() < this.#heldUntil;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  async extend(ttlMs: number = this.#parts.ttlMs): Promise<void> {
    if (!this.isHeld) throw lost();
    const { clock, extend } = this.#parts;
    const askedAt = clock.now();
    this.#ttlMs = Math.max(this.#ttlMs, ttlMs);
    const fence = await extend(ttlMs);
    if (fence !== this.fence || !this.isHeld) {
      this.#lose();
      throw lost();
    }
    this.#holdUntil(askedAt, ttlMs);
  }

  async release(): Promise<void> {
    const { resilience, clock, key, token } = this.#parts;
    this.#lose();
    // The database that has the lock cannot be asked; there, it expires.
    if (this.#isElsewhere) return;
    await release(resilience, clock, { key, token, ttlMs: this.#ttlMs, mayBeEarly: false });
  }

  /** Extends the lock after each third of its time, until it is lost or the returned function is called. */
  keepExtending(): () => void {
    const { clock, ttlMs } = this.#parts;
    let timer: TimerHandle;
    const arm = (): void => {
      timer = clock.setTimeout(() => {
        // A failed extension is tried again; the signal aborts when time is up.
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

  // Another database knows nothing of this lock, and may give it to another holder.
  get #isElsewhere(): boolean {
    return this.#parts.resilience.snapshot().database?.name !== this.#database;
  }

  #lose(): void {
    this.#stopListening();
    if (this.#end !== undefined) this.#parts.clock.clearTimeout(this.#end);
    if (!this.signal.aborted) this.#abort.abort(lost());
  }
}

function lost(): RedisUnavailableError {
  return new RedisUnavailableError('The lock is no longer held; stop the work that it protects.', {
    outcome: 'not-applied',
  });
}

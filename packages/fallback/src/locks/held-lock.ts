import {
  RedisUnavailableError,
  type Clock,
  type RedisResilience,
  type TimerHandle,
} from '@redis-resilience/core';
import { lookWhenAsked } from './looking-signal.ts';
import { release } from './release.ts';

/** A lock that this process holds until it is released, is lost, or is not extended in time. */
export interface Lock {
  /**
   * A number that is higher than the fence of every earlier holder of the lock. If there are several databases, each
   * database counts the fences separately.
   */
  readonly fence: number;
  /**
   * Whether this process still holds the lock, so that no other holder can have it. `isHeld` becomes false, without a
   * request to Redis, once the ttl has passed by one of this process's two clocks: the monotonic clock, or the wall
   * clock, which also counts the time while the machine sleeps. `isHeld` is also false once another database has come
   * into use, because locks are not carried over.
   */
  readonly isHeld: boolean;
  /**
   * Aborts when `isHeld` becomes false. Reading `aborted` and calling `throwIfAborted()` compares the clocks first, so
   * that a process that stood still for longer than the ttl learns at once that it has lost the lock.
   */
  readonly signal: AbortSignal;
  /**
   * Extends the lock so that it is held for `ttlMs` from now. Default: the `ttlMs` with which the lock was acquired.
   *
   * @throws {@link RedisUnavailableError} when the lock was lost, or one of core's errors while Redis is unavailable
   */
  extend(ttlMs?: number): Promise<void>;
  /**
   * Releases the lock.
   *
   * @throws one of core's errors while Redis is unavailable; the lock is then released when Redis is back, unless it
   * expires first
   */
  release(): Promise<void>;
}

/**
 * A point in time by both clocks, because neither is reliable alone: the monotonic clock stands still while the machine
 * sleeps, and the wall clock may be set back.
 */
export interface Moment {
  readonly now: number;
  readonly wallNow: number;
}

export function momentOf(clock: Clock): Moment {
  return { now: clock.now(), wallNow: clock.wallNow() };
}

interface Parts {
  readonly resilience: RedisResilience;
  readonly clock: Clock;
  readonly key: string;
  readonly token: string;
  readonly fence: number;
  readonly ttlMs: number;
  /** The database that granted the lock, if there are several. */
  readonly database: string | undefined;
  readonly askedAt: Moment;
  /** Returns the fence; 0 if the lock was lost. */
  readonly extend: (ttlMs: number) => Promise<number>;
}

// The server's clock may run slightly faster than this process's clock, so the lock expires slightly earlier in this
// process.
const driftRatio = 0.01;
const driftMs = 2;

export class HeldLock implements Lock {
  readonly fence: number;
  readonly #parts: Parts;
  readonly #abort = new AbortController();
  readonly #database: string | undefined;
  readonly #stops: readonly (() => void)[];
  #heldUntil: Moment = { now: 0, wallNow: 0 };
  // The longest ttl that was requested so far, because Redis may hold the lock for as long as this ttl.
  #ttlMs: number;
  #end: TimerHandle | undefined;
  #isLost = false;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.fence = parts.fence;
    this.#ttlMs = parts.ttlMs;
    this.#database = parts.database;
    this.#stops = [
      parts.resilience.on('change', () => {
        if (this.#isElsewhere) this.#lose();
      }),
      parts.resilience.on('thaw', () => this.#look()),
    ];
    lookWhenAsked(this.signal, () => this.#look());
    this.#holdUntil(parts.askedAt, parts.ttlMs);
  }

  get isHeld(): boolean {
    const { now, wallNow } = momentOf(this.#parts.clock);
    const isInTime = now < this.#heldUntil.now && wallNow < this.#heldUntil.wallNow;
    return isInTime && !this.#isLost && !this.#isElsewhere;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  async extend(ttlMs: number = this.#parts.ttlMs): Promise<void> {
    if (!this.isHeld) throw lost(this.#parts.resilience.name);
    const { clock, extend } = this.#parts;
    const askedAt = momentOf(clock);
    this.#ttlMs = Math.max(this.#ttlMs, ttlMs);
    const fence = await extend(ttlMs);
    if (fence !== this.fence || !this.isHeld) {
      this.#lose();
      throw lost(this.#parts.resilience.name);
    }
    this.#holdUntil(askedAt, ttlMs);
  }

  async release(): Promise<void> {
    const { resilience, clock, key, token } = this.#parts;
    this.#lose();
    // The database that granted the lock is no longer in use, so the lock cannot be released there, but expires.
    if (this.#isElsewhere) return;
    await release(resilience, clock, { key, token, ttlMs: this.#ttlMs, mayBeEarly: false });
  }

  /** Extends the lock whenever a third of its ttl has passed, until it is lost or the returned function is called. */
  keepExtending(): () => void {
    const { clock, ttlMs } = this.#parts;
    let timer: TimerHandle;
    const arm = (): void => {
      timer = clock.setTimeout(() => {
        // A failed extension is retried after another third of the ttl. If every attempt fails, the signal aborts when
        // the lock expires.
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

  #holdUntil({ now, wallNow }: Moment, ttlMs: number): void {
    const { clock } = this.#parts;
    const heldMs = ttlMs * (1 - driftRatio) - driftMs;
    this.#heldUntil = { now: now + heldMs, wallNow: wallNow + heldMs };
    if (this.#end !== undefined) clock.clearTimeout(this.#end);
    this.#end = clock.setTimeout(() => this.#lose(), Math.max(0, this.#heldUntil.now - clock.now()));
    this.#end.unref?.();
  }

  // Whether another database has come into use. That database does not have this lock, and may grant it to another
  // holder.
  get #isElsewhere(): boolean {
    return this.#parts.resilience.snapshot().database?.name !== this.#database;
  }

  #look(): void {
    if (!this.isHeld) this.#lose();
  }

  #lose(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    for (const stop of this.#stops) stop();
    if (this.#end !== undefined) this.#parts.clock.clearTimeout(this.#end);
    this.#abort.abort(lost(this.#parts.resilience.name));
  }
}

function lost(connection: string): RedisUnavailableError {
  return new RedisUnavailableError('The lock is no longer held; stop the work that it protects.', {
    outcome: 'not-applied',
    connection,
  });
}

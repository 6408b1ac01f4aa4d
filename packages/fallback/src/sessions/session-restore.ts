import type { RedisResilience, TimerHandle } from '@redis-resilience/core';
import { pause } from '@redis-resilience/core/kit';
import type { DestroyedSessions } from './destroyed-sessions.ts';
import type { SessionBackend } from './session-backend.ts';
import type { SessionCopies } from './session-copies.ts';
import type { SessionSettings } from './session-options.ts';

const batchSize = 50;
const pauseMs = 10;
const retryMs = 1000;

/** What a {@link SessionRestore} works on. */
export interface RestoreParts {
  readonly resilience: RedisResilience;
  readonly settings: SessionSettings;
  readonly backend: SessionBackend;
  readonly copies: SessionCopies;
  readonly destroyed: DestroyedSessions;
  /** Whether a write of the session has yet to arrive: it will say what the session is. */
  readonly isPending: (sid: string) => boolean;
  /** Removes the session everywhere, once more. */
  readonly destroyAgain: (sid: string) => Promise<unknown>;
}

/**
 * After an outage: sessions destroyed on this instance are destroyed again where Redis forgot that; copies of sessions
 * destroyed elsewhere meanwhile are dropped; and sessions that Redis lost are given back to it. Until that is done, a
 * session that Redis does not know may still be known here.
 */
export class SessionRestore {
  readonly #parts: RestoreParts;
  readonly #stopListening: () => void;
  #isDue = false;
  #isRunning = false;
  #isClosed = false;
  #timer: TimerHandle | undefined;

  constructor(parts: RestoreParts) {
    this.#parts = parts;
    this.#stopListening = parts.resilience.on('change', ({ snapshot }) => {
      if (!snapshot.reads || !snapshot.writes) this.#isDue = true;
      else if (this.#isDue) this.#begin();
    });
  }

  /** Whether Redis may not know all sessions yet. */
  get isDue(): boolean {
    return this.#isDue;
  }

  close(): void {
    this.#isClosed = true;
    this.#stopListening();
    if (this.#timer !== undefined) this.#parts.settings.clock.clearTimeout(this.#timer);
  }

  #begin(): void {
    if (this.#isRunning || this.#isClosed) return;
    this.#isRunning = true;
    this.#run()
      .then(
        () => {
          const { reads, writes } = this.#parts.resilience.snapshot();
          this.#isDue = !reads || !writes;
        },
        () => this.#tryLater(),
      )
      .finally(() => {
        this.#isRunning = false;
      });
  }

  #tryLater(): void {
    if (this.#isClosed || this.#timer !== undefined) return;
    this.#timer = this.#parts.settings.clock.setTimeout(() => {
      this.#timer = undefined;
      this.#begin();
    }, retryMs);
    this.#timer.unref?.();
  }

  async #run(): Promise<void> {
    const { destroyed, destroyAgain, copies } = this.#parts;
    await this.#inBatches(destroyed.own(), async (sids) => {
      const noted = await destroyed.areNoted(sids);
      await Promise.all(sids.filter((_, index) => noted[index] === false).map(destroyAgain));
    });
    await this.#inBatches(copies.sids(), (sids) => this.#giveBack(sids));
  }

  async #giveBack(sids: readonly string[]): Promise<void> {
    const { destroyed, copies, isPending } = this.#parts;
    const noted = await destroyed.areNoted(sids);
    const alive = sids.filter((sid, index) => {
      if (noted[index] === true) copies.drop(sid);
      return noted[index] !== true && !isPending(sid);
    });
    await Promise.all(alive.map((sid) => this.#giveBackOne(sid)));
  }

  async #giveBackOne(sid: string): Promise<void> {
    const { backend, copies, destroyed, settings, isPending } = this.#parts;
    const known = await backend.get(sid);
    const wallNow = settings.clock.wallNow();
    const copy = copies.get(sid, wallNow);
    const isKnown = known !== null && known !== undefined;
    if (isKnown || copy === undefined || isPending(sid) || destroyed.has(sid)) return;
    await backend.set(sid, JSON.parse(copy.json), copy.expiresAt - wallNow);
    const [wasDestroyed] = await destroyed.areNoted([sid]);
    if (wasDestroyed === true || destroyed.has(sid)) await backend.destroy(sid);
  }

  async #inBatches(
    sids: readonly string[],
    work: (batch: readonly string[]) => Promise<void>,
  ): Promise<void> {
    for (let from = 0; from < sids.length && !this.#isClosed; from += batchSize) {
      if (from > 0) await pause(this.#parts.settings.clock, pauseMs);
      await work(sids.slice(from, from + batchSize));
    }
  }
}

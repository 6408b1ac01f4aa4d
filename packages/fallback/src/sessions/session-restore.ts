import type { Clock, RedisResilience, RedisSnapshot, TimerHandle } from '@redis-resilience/core';
import { DatabaseFollower } from '../database-follower.ts';
import { spacedBatches } from '../spaced-batches.ts';
import type { ReplayingOutbox } from '../outbox/replaying-outbox.ts';
import type { DestroyedSessions } from './destroyed-sessions.ts';
import type { SessionBackend } from './session-backend.ts';
import type { SessionCopies } from './session-copies.ts';
import type { StoreContact } from './store-contact.ts';

const retryMs = 1000;

/** The parts of a session store that a {@link SessionRestore} works on. */
export interface RestoreParts {
  readonly clock: Clock;
  readonly backend: SessionBackend;
  readonly copies: SessionCopies;
  readonly destroyed: DestroyedSessions;
  readonly contact: StoreContact;
  readonly outbox: ReplayingOutbox;
}

/**
 * Brings the sessions up to date after an outage. Sessions that this instance destroyed are destroyed again if Redis
 * has lost their marks. Copies of sessions that were destroyed or have expired elsewhere are dropped. Sessions that
 * Redis lost are written back; until then, they are served from their copies.
 */
export class SessionRestore {
  readonly #resilience: RedisResilience;
  readonly #parts: RestoreParts;
  readonly #stopListening: () => void;
  readonly #follower: DatabaseFollower;
  #isOtherDatabase = false;
  #isDue = false;
  #isRunning = false;
  #isClosed = false;
  #timer: TimerHandle | undefined;

  constructor(resilience: RedisResilience, parts: RestoreParts) {
    this.#resilience = resilience;
    this.#parts = parts;
    // The `DatabaseFollower` must be created before the listener for `change` is added. When the database changes, the
    // follower then runs first, so that `contact` learns of the new database before it learns that the server is back.
    this.#follower = new DatabaseFollower(resilience, (snapshot) => {
      parts.contact.noteOtherDatabase();
      this.#isDue = true;
      this.#isOtherDatabase = true;
      // The restore starts in the next microtask, because commands that are issued within this callback may still go to
      // the previous database.
      if (isServing(snapshot)) void Promise.resolve().then(() => this.#start());
    });
    this.#stopListening = resilience.on('change', ({ snapshot }) => {
      if (isServing(snapshot)) {
        parts.contact.noteBack();
        if (this.#isDue) this.#start();
        return;
      }
      this.#isDue = true;
      parts.contact.noteAway(snapshot);
    });
    if (isServing(resilience.snapshot())) this.#start();
    else this.#isDue = true;
  }

  /** Whether Redis may still lack some sessions, because the restore has not finished. */
  get isDue(): boolean {
    return this.#isDue;
  }

  close(): void {
    this.#isClosed = true;
    this.#follower.stop();
    this.#stopListening();
    if (this.#timer !== undefined) this.#parts.clock.clearTimeout(this.#timer);
  }

  #start(): void {
    if (this.#isRunning || this.#isClosed) return;
    this.#isRunning = true;
    this.#run()
      .then(
        () => {
          this.#isDue = !isServing(this.#resilience.snapshot());
        },
        () => this.#tryLater(),
      )
      .finally(() => {
        this.#isRunning = false;
        if (this.#isOtherDatabase && this.#timer === undefined) this.#start();
      });
  }

  #tryLater(): void {
    if (this.#isClosed || this.#timer !== undefined) return;
    this.#timer = this.#parts.clock.setTimeout(() => {
      this.#timer = undefined;
      this.#start();
    }, retryMs);
    this.#timer.unref?.();
  }

  async #run(): Promise<void> {
    const { destroyed, copies, contact } = this.#parts;
    await contact.resume();
    // A database that has just come into use has no marks of recently destroyed sessions, not even of those that other
    // instances destroyed.
    const sids = this.#isOtherDatabase ? destroyed.all() : destroyed.own();
    const wasOther = this.#isOtherDatabase;
    this.#isOtherDatabase = false;
    try {
      await this.#inBatches(sids, (batch) => this.#destroyAgain(batch));
    } catch (error) {
      this.#isOtherDatabase ||= wasOther;
      throw error;
    }
    await this.#inBatches(copies.sids(), (batch) => this.#giveBack(batch));
  }

  async #destroyAgain(sids: readonly string[]): Promise<void> {
    const { destroyed, outbox } = this.#parts;
    const marked = await destroyed.areMarked(sids);
    const forgotten = sids.filter((_, index) => marked[index] === false);
    await Promise.all(forgotten.map((sid) => outbox.add('session.destroy', [sid])));
  }

  async #giveBack(sids: readonly string[]): Promise<void> {
    const { destroyed, copies } = this.#parts;
    const marked = await destroyed.areMarked(sids);
    const alive = sids.filter((sid, index) => {
      if (marked[index] === true) copies.drop(sid);
      return marked[index] !== true && !this.#isPending(sid);
    });
    await Promise.all(alive.map((sid) => this.#giveBackOne(sid)));
  }

  async #giveBackOne(sid: string): Promise<void> {
    const { backend, contact, copies, destroyed, clock } = this.#parts;
    const known = await backend.get(sid);
    const wallNow = clock.wallNow();
    const copy = copies.get(sid, wallNow);
    if (copy === undefined || this.#isPending(sid) || destroyed.has(sid)) return;
    if (known !== null && known !== undefined) return copies.confirm(sid, '', contact.era, undefined);
    if (!contact.wasLost(copy.seenIn)) return copies.drop(sid);
    await backend.set(sid, JSON.parse(copy.json), copy.expiresAt - wallNow);
    const [wasDestroyed] = await destroyed.areMarked([sid]);
    if (wasDestroyed === true || destroyed.has(sid)) await backend.destroy(sid);
    else copies.confirm(sid, copy.json, contact.era, undefined);
  }

  // Whether a pending write will set or destroy the session, so that the restore must leave the session alone. A
  // pending `session.touch` does not prevent the restore.
  #isPending(sid: string): boolean {
    const kept = this.#parts.outbox.lastKept(sid);
    return kept !== undefined && kept.command !== 'session.touch';
  }

  async #inBatches(
    sids: readonly string[],
    work: (batch: readonly string[]) => Promise<void>,
  ): Promise<void> {
    for await (const batch of spacedBatches(sids, this.#parts.clock)) {
      if (this.#isClosed) return;
      await work(batch);
    }
  }
}

function isServing({ reads, writes, connection }: RedisSnapshot): boolean {
  return reads && writes && connection === 'ready';
}

import type { RedisResilience, TimerHandle } from '@redis-resilience/core';
import { writesAvailable } from '../availability.ts';
import { refusalCode } from '../server-refusal.ts';
import type { Announcer } from './announcer.ts';
import { didNotRun, type DatabaseBinding } from './database-binding.ts';
import type { Delivery } from './delivery.ts';
import type { KeptWrite } from './kept/kept-writes.ts';
import type { WriteStore } from './kept/write-store.ts';
import type { OutboxSettings } from './outbox-options.ts';
import { ReplayPace } from './replay-pace.ts';

const retryMs = 500;

/** The parts of an outbox that a {@link Replayer} works on. */
export interface ReplayerParts {
  readonly settings: OutboxSettings;
  readonly delivery: Delivery;
  readonly store: WriteStore;
  readonly announcer: Announcer;
  readonly binding: DatabaseBinding;
}

/**
 * Sends pending writes while Redis is writable, at a limited rate: many keys concurrently, but the writes to one key in
 * order. After a failed write, and while Redis is not writable, the replayer sends a single write every half second,
 * until Redis has accepted one.
 */
export class Replayer {
  readonly #resilience: RedisResilience;
  readonly #parts: ReplayerParts;
  readonly #pace: ReplayPace;
  readonly #stopListening: () => void;
  #timer: TimerHandle | undefined;
  #isTrialArmed = false;
  #inFlight = 0;
  #hasFailed = false;
  #isRunning = false;
  #replayed = 0;

  constructor(resilience: RedisResilience, parts: ReplayerParts) {
    this.#resilience = resilience;
    this.#parts = parts;
    const { clock, replayPerSecond, rampMs } = parts.settings;
    this.#pace = new ReplayPace(clock, { perSecond: replayPerSecond, rampMs });
    this.#stopListening = resilience.on('change', ({ previous, snapshot }) => {
      const isOtherDatabase = snapshot.database?.name !== previous.database?.name;
      if (!snapshot.writes || (previous.writes && !isOtherDatabase)) return;
      this.#hasFailed = false;
      this.#pace.restart();
      this.wake();
    });
  }

  start(): void {
    this.#isRunning = true;
    this.wake();
  }

  stop(): void {
    this.#isRunning = false;
    this.#stopListening();
    this.#clearTimer();
  }

  /** Call when there may be a write to send. */
  wake(): void {
    if (!this.#isRunning) return;
    const { writes } = this.#parts.store;
    const needsTrial = this.#hasFailed || !writesAvailable(this.#resilience);
    // A new write must not postpone the next attempt: if new writes kept coming, Redis would never be tried.
    if (needsTrial && this.#isTrialArmed) return;
    this.#clearTimer();
    if (writes.size === 0) return;
    if (needsTrial) {
      this.#arm(retryMs, () => this.#tryOne());
      this.#isTrialArmed = true;
      return;
    }
    for (const key of writes.keys()) {
      if (this.#inFlight >= this.#parts.settings.maxInFlight) return;
      const next = this.#nextOf(key);
      if (next === undefined) continue;
      if (!this.#pace.take()) {
        this.#arm(this.#pace.waitMs(), () => this.wake());
        return;
      }
      this.#send(next);
    }
  }

  // Sends a single write, even if Redis does not seem to be writable. An open circuit closes only after successful
  // trial calls. If the application makes no calls of its own, this write is the only trial call.
  #tryOne(): void {
    const { store } = this.#parts;
    store.expire();
    if (this.#inFlight === 0) {
      for (const key of store.writes.keys()) {
        const next = this.#nextOf(key);
        if (next === undefined) continue;
        this.#send(next, 'trial');
        break;
      }
    }
    this.wake();
  }

  // Returns the next write to a key; undefined if that write may be sent only to a database that is not in use now.
  // Later writes to the key must then wait, too, because writes to a key keep their order.
  #nextOf(key: string): KeptWrite | undefined {
    const next = this.#parts.store.writes.next(key);
    return next !== undefined && this.#parts.binding.admits(next.entry) ? next : undefined;
  }

  #send(kept: KeptWrite, purpose?: 'trial'): void {
    this.#inFlight++;
    const { writes } = this.#parts.store;
    writes.seal(kept, 'in-flight');
    this.#deliver(kept)
      .then((isSettled) => {
        if (isSettled && purpose === 'trial') this.#hasFailed = false;
      })
      .catch(() => {
        // If the journal could not record the result, the write stays pending, and is resent with the same id.
        writes.putBack(kept);
        this.#pause();
      })
      .finally(() => {
        this.#inFlight--;
        this.wake();
      });
  }

  // Resolves with true if the write is no longer pending.
  async #deliver(kept: KeptWrite): Promise<boolean> {
    const { delivery, store, binding } = this.#parts;
    const database = binding.wantedFor(kept.entry);
    if (database !== undefined) await store.bind(kept, database);
    // Another database may have come into use while the journal recorded the binding. That database must not get this
    // write.
    if (!binding.admits(kept.entry)) {
      await store.bind(kept, undefined);
      store.writes.putBack(kept);
      return false;
    }
    try {
      await delivery.deliver(kept.entry);
    } catch (error) {
      if (delivery.judge(error) === 'never') {
        await store.bury(kept, 'refused', refusalCode(error));
        return true;
      }
      if (database !== undefined && didNotRun(error)) await store.bind(kept, undefined);
      store.writes.putBack(kept);
      this.#pause();
      return false;
    }
    await this.#noteDelivered(kept);
    return true;
  }

  async #noteDelivered(kept: KeptWrite): Promise<void> {
    const { store, announcer } = this.#parts;
    this.#replayed++;
    await store.remove(kept);
    const { size } = store.writes;
    announcer.announce('replayed', { ...announcer.facts(kept.entry), size });
    if (size > 0) return;
    announcer.announce('drained', { replayed: this.#replayed });
    this.#replayed = 0;
  }

  #pause(): void {
    this.#hasFailed = true;
    this.#clearTimer();
  }

  #arm(ms: number, run: () => void): void {
    this.#timer = this.#parts.settings.clock.setTimeout(() => {
      this.#timer = undefined;
      this.#isTrialArmed = false;
      run();
    }, ms);
    this.#timer.unref?.();
  }

  #clearTimer(): void {
    this.#isTrialArmed = false;
    if (this.#timer === undefined) return;
    this.#parts.settings.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

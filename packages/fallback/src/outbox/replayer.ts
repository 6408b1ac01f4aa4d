import type { RedisResilience, TimerHandle } from '@redis-resilience/core';
import { mayWrite } from '../may-use.ts';
import type { Delivery } from './delivery.ts';
import type { Kept, KeptWrites } from './kept-writes.ts';
import type { OutboxSettings } from './outbox-options.ts';
import { Pace } from './pace.ts';

const retryMs = 500;

/** Whom a {@link Replayer} tells. */
export interface ReplayerHost {
  readonly delivery: Delivery;
  readonly writes: KeptWrites;
  /** The write arrived; resolves when that is safe, and the next one of its key may go. */
  onDelivered(kept: Kept): Promise<void>;
  /** The write will never be taken. */
  onRefused(kept: Kept, error: unknown): Promise<void>;
  /** A look round while nothing can be sent. */
  onIdle(): void;
}

/**
 * Sends kept writes when Redis takes writes: many keys side by side, the writes of one key one after the other, at a
 * measured pace. At the first sign of an outage it stops, and tries a single write now and then until Redis is back.
 */
export class Replayer {
  readonly #resilience: RedisResilience;
  readonly #settings: OutboxSettings;
  readonly #host: ReplayerHost;
  readonly #pace: Pace;
  readonly #stopListening: () => void;
  #timer: TimerHandle | undefined;
  #inFlight = 0;
  #hasTripped = false;
  #isOn = false;

  constructor(resilience: RedisResilience, settings: OutboxSettings, host: ReplayerHost) {
    this.#resilience = resilience;
    this.#settings = settings;
    this.#host = host;
    this.#pace = new Pace(settings.clock, {
      perSecond: settings.replayPerSecond,
      rampMs: settings.rampMs,
    });
    this.#stopListening = resilience.on('change', ({ previous, snapshot }) => {
      if (!snapshot.writes || previous.writes) return;
      this.#hasTripped = false;
      this.#pace.restart();
      this.wake();
    });
  }

  start(): void {
    this.#isOn = true;
    this.wake();
  }

  stop(): void {
    this.#isOn = false;
    this.#stopListening();
    this.#clearTimer();
  }

  /** There may be something to send. */
  wake(): void {
    if (!this.#isOn) return;
    this.#clearTimer();
    const { writes } = this.#host;
    if (writes.size === 0) return;
    if (this.#hasTripped || !mayWrite(this.#resilience)) {
      this.#arm(retryMs, () => this.#tryOne());
      return;
    }
    for (const key of writes.keys()) {
      if (this.#inFlight >= this.#settings.maxInFlight) return;
      const next = writes.next(key);
      if (next === undefined) continue;
      if (!this.#pace.take()) {
        this.#arm(this.#pace.waitMs(), () => this.wake());
        return;
      }
      this.#send(next);
    }
  }

  // A circuit closes by trial calls, and a status may lag: waiting for the event alone could be waiting for ever.
  #tryOne(): void {
    this.#host.onIdle();
    this.#hasTripped = false;
    const { writes } = this.#host;
    if (this.#inFlight === 0) {
      for (const key of writes.keys()) {
        const next = writes.next(key);
        if (next === undefined) continue;
        this.#send(next);
        break;
      }
    }
    this.wake();
  }

  #send(kept: Kept): void {
    this.#inFlight++;
    const { writes, delivery } = this.#host;
    writes.seal(kept, 'in-flight');
    this.#deliver(delivery, kept)
      .catch(() => {
        // The journal could not note it. The write stays, and is sent again under the same id.
        writes.putBack(kept);
        this.#hasTripped = true;
      })
      .finally(() => {
        this.#inFlight--;
        this.wake();
      });
  }

  async #deliver(delivery: Delivery, kept: Kept): Promise<void> {
    try {
      await delivery.deliver(kept.entry);
    } catch (error) {
      if (delivery.judge(error) === 'never') return this.#host.onRefused(kept, error);
      this.#host.writes.putBack(kept);
      this.#hasTripped = true;
      return;
    }
    await this.#host.onDelivered(kept);
  }

  #arm(ms: number, run: () => void): void {
    this.#timer = this.#settings.clock.setTimeout(() => {
      this.#timer = undefined;
      run();
    }, ms);
    this.#timer.unref?.();
  }

  #clearTimer(): void {
    if (this.#timer === undefined) return;
    this.#settings.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

import { RedisUnavailableError, type RedisResilience } from '@redis-resilience/core';
import {
  checkOptions,
  durationOf,
  nameOf,
  quietIfAway,
  tooLate,
  withinDeadline,
} from '@redis-resilience/core/kit';
import { writesAvailable } from '../availability.ts';
import { RecentTimeout } from '../recent-timeout.ts';
import { refusalCode } from '../server-refusal.ts';
import { Announcer } from './announcer.ts';
import { DatabaseBinding, didNotRun } from './database-binding.ts';
import type { Delivery } from './delivery.ts';
import { noJournal, type DeadLetter, type Journal } from './kept/journal.ts';
import type { KeptWrite } from './kept/kept-writes.ts';
import { LevelJournal } from './kept/level-journal.ts';
import { WriteStore } from './kept/write-store.ts';
import type { AddOptions, Outbox, Receipt } from './outbox.ts';
import type { OutboxEvents } from './outbox-events.ts';
import type { OutboxSettings } from './outbox-options.ts';
import { Replayer } from './replayer.ts';
import { bytesOf, type OutboxEntry } from './write/entry.ts';
import { newWriteId } from './write/write-id.ts';
import type { WritePlan } from './write/write-plan.ts';

type Attempt =
  | { readonly result: 'applied'; readonly reply: unknown }
  | { readonly result: 'refused'; readonly error: unknown }
  | { readonly result: 'later' };

/** An outbox: sends a write immediately, or stores it. The {@link Replayer} sends the stored writes. */
export class ReplayingOutbox implements Outbox {
  readonly #resilience: RedisResilience;
  readonly #settings: OutboxSettings;
  readonly #delivery: Delivery;
  readonly #journal: Journal;
  readonly #store: WriteStore;
  readonly #announcer: Announcer;
  readonly #replayer: Replayer;
  readonly #binding: DatabaseBinding;
  readonly #recentTimeout: RecentTimeout;
  readonly #opened: Promise<void>;
  #state: 'opening' | 'open' | 'closed' = 'opening';

  constructor(resilience: RedisResilience, settings: OutboxSettings, delivery: Delivery) {
    this.#resilience = resilience;
    this.#settings = settings;
    this.#delivery = delivery;
    this.#recentTimeout = new RecentTimeout(settings.clock);
    const { path, fsync, clock } = settings;
    this.#journal = path === undefined ? noJournal : new LevelJournal(path, fsync, clock);
    this.#announcer = new Announcer(clock, resilience.name);
    const announcer = this.#announcer;
    const store = new WriteStore(settings, this.#journal, announcer);
    this.#store = store;
    this.#binding = new DatabaseBinding(resilience, delivery);
    this.#replayer = new Replayer(resilience, {
      settings,
      delivery,
      store,
      announcer,
      binding: this.#binding,
    });
    if (path === undefined) {
      this.#start();
      this.#opened = Promise.resolve();
    } else this.#opened = store.recall().then(() => this.#start());
    this.#opened.catch(ignore);
  }

  get size(): number {
    return this.#store.writes.size;
  }

  get bytes(): number {
    return this.#store.writes.bytes;
  }

  add(command: string, args: readonly unknown[], options: AddOptions = {}): Promise<Receipt> {
    return quietIfAway(this.#add(command, args, options));
  }

  async #add(command: string, args: readonly unknown[], options: AddOptions): Promise<Receipt> {
    checkOptions('outbox.add', options, { id: nameOf });
    const plan = this.#delivery.plan(command, args, this.#settings.clock.wallNow());
    await this.#untilOpen();
    const { writes } = this.#store;
    const known = options.id === undefined ? undefined : writes.withOwnId(options.id);
    if (known !== undefined) return this.#keepSent(known);
    const entry = this.#entry(plan, options.id);
    if (!this.#store.makeRoom(entry, plan)) return { state: 'dropped', id: entry.id };
    const canSendNow =
      !writes.hasKey(entry.key) && !this.#recentTimeout.isRecent && writesAvailable(this.#resilience);
    if (canSendNow) return this.#addNow(entry);
    const { id } = await this.#store.keep(entry, plan);
    this.#replayer.wake();
    return { state: 'kept', id };
  }

  drain(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    return quietIfAway(this.#drain(options));
  }

  async #drain(options: { readonly timeoutMs?: number }): Promise<void> {
    const { timeoutMs } = checkOptions('outbox.drain', options, { timeoutMs: durationOf(0) });
    await this.#opened;
    if (this.size === 0) return;
    this.#refuseIfClosed('The outbox is closed; its kept writes were not replayed.');
    this.#replayer.wake();
    const empty = this.#store.untilEmpty();
    await (timeoutMs === undefined
      ? empty
      : withinDeadline(this.#settings.clock, timeoutMs, empty, () => tooLate('The replay', timeoutMs)));
    this.#refuseIfClosed('The outbox was closed before all kept writes were replayed.');
  }

  ready(): Promise<void> {
    return this.#opened;
  }

  deadLetters(): readonly DeadLetter[] {
    return this.#store.deadLetters();
  }

  async replay(ids?: readonly string[]): Promise<number> {
    await this.#untilOpen();
    const revived = await this.#store.revive(ids);
    this.#replayer.wake();
    return revived;
  }

  async discard(ids?: readonly string[]): Promise<number> {
    await this.#untilOpen();
    return this.#store.discard(ids);
  }

  on<E extends keyof OutboxEvents>(event: E, listener: (payload: OutboxEvents[E]) => void): () => void {
    return this.#announcer.hub.on(event, listener);
  }

  async close(options: { readonly drainMs?: number } = {}): Promise<void> {
    checkOptions('outbox.close', options, { drainMs: durationOf(0) });
    await this.#opened.catch(ignore);
    if (this.#state === 'closed') return;
    const { drainMs } = options;
    if (drainMs !== undefined) await this.drain({ timeoutMs: drainMs }).catch(ignore);
    this.#state = 'closed';
    this.#replayer.stop();
    this.#store.stopWaiting();
    if (this.#settings.path === undefined) {
      for (const kept of this.#store.writes.all()) this.#store.announceDropped(kept.entry, 'closed');
    }
    await this.#journal.close();
    this.#announcer.hub.clear();
  }

  /**
   * Call when a call to Redis outside the outbox has timed out: for half a second, the outbox stores new writes without
   * trying Redis.
   */
  noteTimeout(): void {
    this.#recentTimeout.record();
  }

  /** Returns the last pending write to a key, which determines the key's value until the write reaches Redis. */
  lastKept(key: string): OutboxEntry | undefined {
    return this.#store.writes.last(key)?.entry;
  }

  /** Returns the keys that have pending writes. */
  keptKeys(): readonly string[] {
    return [...this.#store.writes.keys()];
  }

  #start(): void {
    this.#state = 'open';
    this.#replayer.start();
  }

  async #untilOpen(): Promise<void> {
    if (this.#state === 'opening') await this.#opened;
    this.#refuseIfClosed('The outbox is closed; nothing was kept.');
  }

  #refuseIfClosed(message: string): void {
    if (this.#state !== 'closed') return;
    throw new RedisUnavailableError(message, { reason: 'closed', outcome: 'not-applied' });
  }

  #entry({ command, args, key }: WritePlan, ownId: string | undefined): OutboxEntry {
    const id = ownId ?? newWriteId(this.#settings);
    return {
      seq: this.#store.nextSeq(),
      id,
      hasOwnId: ownId !== undefined,
      command,
      args,
      key: key ?? id,
      createdAt: this.#settings.clock.wallNow(),
      bytes: bytesOf(args),
      database: undefined,
    };
  }

  // Called when Redis is writable and no write to the key is pending. Sends the write immediately, and stores it only
  // if no reply arrives in time.
  async #addNow(entry: OutboxEntry): Promise<Receipt> {
    const database = this.#binding.wantedFor(entry);
    const kept = this.#store.writes.addSealed({ ...entry, database }, 'in-flight');
    const { clock, addTimeoutMs } = this.#settings;
    const late = new Error('late');
    const first = await withinDeadline(clock, addTimeoutMs, this.#attempt(kept), () => late).catch(
      (error: unknown): Attempt => {
        if (error !== late) throw error;
        this.#recentTimeout.record();
        return { result: 'later' };
      },
    );
    if (first.result === 'applied') return { state: 'applied', id: entry.id, reply: first.reply };
    if (first.result === 'refused') throw first.error;
    return this.#keepSent(kept);
  }

  async #attempt(kept: KeptWrite): Promise<Attempt> {
    let attempt: Attempt;
    try {
      attempt = { result: 'applied', reply: await this.#delivery.deliver(kept.entry) };
    } catch (error) {
      attempt = this.#delivery.judge(error) === 'later' ? { result: 'later' } : { result: 'refused', error };
      if (didNotRun(error)) await this.#store.bind(kept, undefined);
    }
    if (attempt.result === 'later') kept.state = 'sealed';
    else if (attempt.result === 'refused' && kept.journaled) {
      await this.#store.bury(kept, 'refused', refusalCode(attempt.error));
    } else await this.#store.remove(kept);
    this.#replayer.wake();
    return attempt;
  }

  async #keepSent(kept: KeptWrite): Promise<Receipt> {
    await this.#store.keepSent(kept);
    return { state: 'kept', id: kept.entry.id };
  }
}

function ignore(): void {
  // Nothing to do: either `ready` and `add` reject with the same error, or the error has no consequence.
}

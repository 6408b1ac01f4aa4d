import { RedisUnavailableError, type RedisResilience } from '@redis-resilience/core';
import { tooLate, withinDeadline } from '@redis-resilience/core/kit';
import { refusalCode } from '../server-refusal.ts';
import { mayWrite } from '../may-use.ts';
import { Suspicion } from '../suspicion.ts';
import { Announcer } from './announcer.ts';
import type { Delivery } from './delivery.ts';
import { bytesOf, type OutboxEntry } from './entry.ts';
import { forgetfulJournal, type DeadLetter, type Journal } from './journal.ts';
import type { Kept } from './kept-writes.ts';
import { LevelJournal } from './level-journal.ts';
import type { AddOptions, Outbox, Receipt } from './outbox.ts';
import type { OutboxEvents } from './outbox-events.ts';
import type { OutboxSettings } from './outbox-options.ts';
import { Replayer } from './replayer.ts';
import type { WritePlan } from './write-plan.ts';
import { WriteStore } from './write-store.ts';

type Attempt =
  | { readonly result: 'applied'; readonly reply: unknown }
  | { readonly result: 'refused'; readonly error: unknown }
  | { readonly result: 'later' };

/** The outbox itself: sends a write at once, or has it kept, and lets the replayer send what is kept. */
export class ReplayingOutbox implements Outbox {
  readonly #resilience: RedisResilience;
  readonly #settings: OutboxSettings;
  readonly #delivery: Delivery;
  readonly #journal: Journal;
  readonly #store: WriteStore;
  readonly #announcer: Announcer;
  readonly #replayer: Replayer;
  readonly #suspicion: Suspicion;
  readonly #drained = new Set<() => void>();
  readonly #opened: Promise<void>;
  #state: 'opening' | 'open' | 'closed' = 'opening';
  #replayed = 0;

  constructor(resilience: RedisResilience, settings: OutboxSettings, delivery: Delivery) {
    this.#resilience = resilience;
    this.#settings = settings;
    this.#delivery = delivery;
    this.#suspicion = new Suspicion(settings.clock);
    this.#announcer = new Announcer(settings.clock, resilience.name);
    const { path, fsync } = settings;
    this.#journal = path === undefined ? forgetfulJournal : new LevelJournal(path, fsync);
    this.#store = new WriteStore(settings, this.#journal, this.#announcer, {
      onEmpty: () => this.#onEmpty(),
      newId: () => this.newId(),
    });
    this.#replayer = new Replayer(resilience, settings, {
      delivery,
      writes: this.#store.writes,
      onDelivered: (kept) => this.#onDelivered(kept),
      onRefused: (kept, error) => this.#store.bury(kept, 'refused', refusalCode(error)),
      onIdle: () => this.#store.expire(),
    });
    if (path === undefined) {
      this.#begin();
      this.#opened = Promise.resolve();
    } else this.#opened = this.#store.recall().then(() => this.#begin());
    this.#opened.catch(ignore);
  }

  get size(): number {
    return this.#store.writes.size;
  }

  get bytes(): number {
    return this.#store.writes.bytes;
  }

  async add(command: string, args: readonly unknown[], options: AddOptions = {}): Promise<Receipt> {
    const plan = this.#delivery.plan(command, args, this.#settings.clock.wallNow());
    await this.#untilOpen();
    const { writes } = this.#store;
    const known = options.id === undefined ? undefined : writes.withOwnId(options.id);
    if (known !== undefined) return this.#keepSent(known);
    const entry = this.#entry(plan, options.id);
    if (!this.#store.makeRoom(entry, plan)) return { state: 'dropped', id: entry.id };
    const goesAtOnce = !writes.hasKey(entry.key) && !this.#suspicion.isOn && mayWrite(this.#resilience);
    if (goesAtOnce) return this.#addNow(entry);
    const { id } = await this.#store.keep(entry, plan);
    this.#replayer.wake();
    return { state: 'kept', id };
  }

  async drain(options: { readonly timeoutMs?: number } = {}): Promise<void> {
    await this.#opened;
    if (this.size === 0) return;
    let settle: () => void = ignore;
    const drained = new Promise<void>((resolve) => {
      settle = resolve;
      this.#drained.add(resolve);
    });
    this.#replayer.wake();
    const { timeoutMs } = options;
    try {
      await (timeoutMs === undefined
        ? drained
        : withinDeadline(this.#settings.clock, timeoutMs, drained, () => tooLate('The replay', timeoutMs)));
    } finally {
      this.#drained.delete(settle);
    }
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
    await this.#opened.catch(ignore);
    if (this.#state === 'closed') return;
    const { drainMs } = options;
    if (drainMs !== undefined) await this.drain({ timeoutMs: drainMs }).catch(ignore);
    this.#state = 'closed';
    this.#replayer.stop();
    if (this.#settings.path === undefined) {
      for (const kept of this.#store.writes.all()) this.#store.tellDropped(kept.entry, 'closed');
    }
    await this.#journal.close();
    this.#announcer.hub.clear();
  }

  /** Redis did not answer in time: what is added in the next moment is kept without asking. */
  suspect(): void {
    this.#suspicion.begin();
  }

  /** The last write kept for a key; for who reads what was written and has not arrived. */
  lastKept(key: string): OutboxEntry | undefined {
    return this.#store.writes.last(key)?.entry;
  }

  /** A name for a write that nobody else has. */
  newId(): string {
    const { random, clock } = this.#settings;
    const chance = (): string => Math.floor(random() * 2 ** 48).toString(36);
    return `${Math.round(clock.wallNow()).toString(36)}-${chance()}${chance()}`;
  }

  #begin(): void {
    this.#state = 'open';
    this.#replayer.start();
  }

  async #untilOpen(): Promise<void> {
    if (this.#state === 'opening') await this.#opened;
    if (this.#state !== 'closed') return;
    throw new RedisUnavailableError('The outbox is closed; nothing was kept.', {
      reason: 'closed',
      outcome: 'not-applied',
    });
  }

  #entry({ command, args, key }: WritePlan, ownId: string | undefined): OutboxEntry {
    const id = ownId ?? this.newId();
    return {
      seq: this.#store.nextSeq(),
      id,
      hasOwnId: ownId !== undefined,
      command,
      args,
      key: key ?? id,
      createdAt: this.#settings.clock.wallNow(),
      bytes: bytesOf(args),
    };
  }

  // Redis takes writes, and none waits before this one: it goes at once, and is kept only when the answer stays out.
  async #addNow(entry: OutboxEntry): Promise<Receipt> {
    const kept = this.#store.writes.addSealed(entry, 'in-flight');
    const { clock, addTimeoutMs } = this.#settings;
    const late = new Error('late');
    const first = await withinDeadline(clock, addTimeoutMs, this.#attempt(kept), () => late).catch(
      (error: unknown): Attempt => {
        if (error !== late) throw error;
        this.suspect();
        return { result: 'later' };
      },
    );
    if (first.result === 'applied') return { state: 'applied', id: entry.id, reply: first.reply };
    if (first.result === 'refused') throw first.error;
    return this.#keepSent(kept);
  }

  async #attempt(kept: Kept): Promise<Attempt> {
    let attempt: Attempt;
    try {
      attempt = { result: 'applied', reply: await this.#delivery.deliver(kept.entry) };
    } catch (error) {
      attempt = this.#delivery.judge(error) === 'later' ? { result: 'later' } : { result: 'refused', error };
    }
    if (attempt.result === 'later') kept.state = 'sealed';
    else if (attempt.result === 'refused' && kept.journaled) {
      await this.#store.bury(kept, 'refused', refusalCode(attempt.error));
    } else await this.#store.remove(kept);
    this.#replayer.wake();
    return attempt;
  }

  async #keepSent(kept: Kept): Promise<Receipt> {
    await this.#store.keepSent(kept);
    return { state: 'kept', id: kept.entry.id };
  }

  async #onDelivered(kept: Kept): Promise<void> {
    this.#replayed++;
    await this.#store.remove(kept);
    this.#announcer.tell('replayed', { ...this.#announcer.facts(kept.entry), size: this.size });
    if (this.size > 0) return;
    this.#announcer.tell('drained', { replayed: this.#replayed });
    this.#replayed = 0;
  }

  #onEmpty(): void {
    for (const resolve of this.#drained) resolve();
  }
}

function ignore(): void {
  // Told elsewhere, or of no consequence.
}

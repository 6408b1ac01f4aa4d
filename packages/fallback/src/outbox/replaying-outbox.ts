import { OverloadedError, RedisUnavailableError, type RedisResilience } from '@redis-resilience/core';
import { tooLate, withinDeadline } from '../deadline.ts';
import { refusalCode } from '../is-away.ts';
import { Announcer } from './announcer.ts';
import { DeadLetters } from './dead-letters.ts';
import type { Delivery } from './delivery.ts';
import { bytesOf, type OutboxEntry } from './entry.ts';
import { forgetfulJournal, type DeadLetter, type DeadReason, type Journal } from './journal.ts';
import { KeptWrites, type Kept } from './kept-writes.ts';
import { LevelJournal } from './level-journal.ts';
import type { AddOptions, Outbox, Receipt } from './outbox.ts';
import type { OutboxEvents } from './outbox-events.ts';
import type { OutboxSettings } from './outbox-options.ts';
import { Replayer } from './replayer.ts';
import type { WritePlan } from './write-plan.ts';

type Attempt =
  | { readonly result: 'applied'; readonly reply: unknown }
  | { readonly result: 'refused'; readonly error: Error }
  | { readonly result: 'later' };

/** The outbox itself: takes writes in, keeps them in order and within bounds, and lets the replayer send them. */
export class ReplayingOutbox implements Outbox {
  readonly #resilience: RedisResilience;
  readonly #settings: OutboxSettings;
  readonly #delivery: Delivery;
  readonly #journal: Journal;
  readonly #writes = new KeptWrites();
  readonly #dead: DeadLetters;
  readonly #announcer: Announcer;
  readonly #replayer: Replayer;
  readonly #opened: Promise<void>;
  readonly #drained = new Set<() => void>();
  #state: 'opening' | 'open' | 'closed' = 'opening';
  #seq = 0;
  #replayed = 0;

  constructor(resilience: RedisResilience, settings: OutboxSettings, delivery: Delivery) {
    this.#resilience = resilience;
    this.#settings = settings;
    this.#delivery = delivery;
    this.#dead = new DeadLetters(settings.maxDeadLetters);
    this.#announcer = new Announcer(settings.clock, resilience.name);
    const { path, fsync } = settings;
    this.#journal = path === undefined ? forgetfulJournal : new LevelJournal(path, fsync);
    this.#replayer = new Replayer(resilience, settings, {
      delivery,
      writes: this.#writes,
      onDelivered: (kept) => this.#onDelivered(kept),
      onRefused: (kept, error) => this.#bury(kept, 'refused', refusalCode(error)),
      onIdle: () => this.#expire(),
    });
    this.#opened = path === undefined ? this.#openNow() : this.#open();
    this.#opened.catch(ignore);
  }

  get size(): number {
    return this.#writes.size;
  }

  get bytes(): number {
    return this.#writes.bytes;
  }

  async add(command: string, args: readonly unknown[], options: AddOptions = {}): Promise<Receipt> {
    const plan = this.#delivery.plan(command, args, this.#settings.clock.wallNow());
    if (this.#state === 'opening') await this.#opened;
    if (this.#state === 'closed') throw closed();
    const known = options.id === undefined ? undefined : this.#writes.withOwnId(options.id);
    if (known !== undefined) return this.#keepKnown(known);
    const entry = this.#entry(plan, options.id);
    const dropped = this.#makeRoom(entry, plan);
    if (dropped !== undefined) return dropped;
    const isNext = !this.#writes.hasKey(plan.key);
    return isNext && this.#resilience.snapshot().writes ? this.#addNow(entry) : this.#keep(entry, plan);
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
    return this.#dead.list();
  }

  async replay(ids?: readonly string[]): Promise<number> {
    await this.#opened;
    if (this.#state === 'closed') throw closed();
    const selected = this.#dead.select(ids);
    for (const dead of selected) {
      // A refusal is remembered by its id: what is to be tried anew needs a new one.
      const id = dead.reason === 'refused' && !dead.entry.hasOwnId ? this.#newId() : dead.entry.id;
      const seq = this.#seq++;
      const entry = { ...dead.entry, id, seq, createdAt: this.#settings.clock.wallNow() };
      this.#dead.remove(dead);
      const kept = this.#writes.addSealed(entry, 'sealed');
      kept.journaled = true;
      await this.#journal.write([
        { type: 'unbury', seq: dead.entry.seq },
        { type: 'put', entry },
      ]);
    }
    this.#replayer.wake();
    return selected.length;
  }

  async discard(ids?: readonly string[]): Promise<number> {
    await this.#opened;
    const selected = this.#dead.select(ids);
    for (const dead of selected) this.#dead.remove(dead);
    await this.#journal.write(selected.map(({ entry }) => ({ type: 'unbury', seq: entry.seq }) as const));
    return selected.length;
  }

  on<E extends keyof OutboxEvents>(event: E, listener: (payload: OutboxEvents[E]) => void): () => void {
    return this.#announcer.hub.on(event, listener);
  }

  async close(options: { readonly drainMs?: number } = {}): Promise<void> {
    await this.#opened.catch(ignore);
    if (this.#state === 'closed') return;
    if (options.drainMs !== undefined) await this.drain({ timeoutMs: options.drainMs }).catch(ignore);
    this.#state = 'closed';
    this.#replayer.stop();
    if (this.#settings.path === undefined) {
      for (const kept of this.#writes.all()) this.#tellDropped(kept.entry, 'closed');
    }
    await this.#journal.close();
    this.#announcer.hub.clear();
  }

  #openNow(): Promise<void> {
    this.#state = 'open';
    this.#replayer.start();
    return Promise.resolve();
  }

  async #open(): Promise<void> {
    const { entries, dead, corrupt } = await this.#journal.open();
    for (const each of dead) this.#dead.add(each);
    for (const entry of entries) {
      const kept = this.#writes.addSealed(entry, 'sealed');
      kept.journaled = true;
    }
    const seqs = [...entries, ...dead.map(({ entry }) => entry)].map(({ seq }) => seq);
    this.#seq = seqs.reduce((highest, seq) => Math.max(highest, seq + 1), 0);
    this.#announcer.tell('recalled', { entries: entries.length, dead: dead.length, corrupt });
    this.#expire();
    await this.#openNow();
  }

  #entry({ command, args, key }: WritePlan, ownId: string | undefined): OutboxEntry {
    return {
      seq: this.#seq++,
      id: ownId ?? this.#newId(),
      hasOwnId: ownId !== undefined,
      command,
      args,
      key,
      createdAt: this.#settings.clock.wallNow(),
      bytes: bytesOf(args),
    };
  }

  #newId(): string {
    const { random, clock } = this.#settings;
    const chance = (): string => Math.floor(random() * 2 ** 48).toString(36);
    return `${Math.round(clock.wallNow()).toString(36)}-${chance()}${chance()}`;
  }

  // Redis takes writes, and none waits before this one: it goes at once, and is kept only when the answer stays out.
  async #addNow(entry: OutboxEntry): Promise<Receipt> {
    const kept = this.#writes.addSealed(entry, 'in-flight');
    const { clock, addTimeoutMs } = this.#settings;
    const late = new Error('late');
    const first = await withinDeadline(clock, addTimeoutMs, this.#attempt(kept), () => late).catch(
      (error: unknown): Attempt => {
        if (error === late) return { result: 'later' };
        throw error;
      },
    );
    if (first.result === 'applied') return { state: 'applied', id: entry.id, reply: first.reply };
    if (first.result === 'refused') throw first.error;
    await this.#journalNew(kept);
    this.#tellKept(entry, undefined);
    return { state: 'kept', id: entry.id };
  }

  async #attempt(kept: Kept): Promise<Attempt> {
    let attempt: Attempt;
    try {
      attempt = { result: 'applied', reply: await this.#delivery.deliver(kept.entry) };
    } catch (error) {
      if (this.#delivery.judge(error) === 'later') attempt = { result: 'later' };
      else attempt = { result: 'refused', error: error as Error };
    }
    if (attempt.result === 'later') kept.state = 'sealed';
    else if (attempt.result === 'refused' && kept.journaled)
      await this.#bury(kept, 'refused', refusalCode(attempt.error));
    else await this.#remove(kept);
    this.#replayer.wake();
    return attempt;
  }

  async #keep(entry: OutboxEntry, plan: WritePlan): Promise<Receipt> {
    const { kept, superseded, mergedInto } = this.#writes.add(entry, plan);
    const gone = superseded.filter(({ journaled }) => journaled);
    kept.journaled = true;
    try {
      await this.#journal.write([
        ...gone.map((each) => ({ type: 'delete', seq: each.entry.seq }) as const),
        { type: 'put', entry: kept.entry },
      ]);
    } catch (error) {
      // What was replaced had been promised: its successor stays, whatever the caller is told.
      if (mergedInto === undefined && superseded.length === 0) this.#writes.remove(kept);
      else if (mergedInto !== undefined && kept.state === 'open') this.#writes.unmerge(kept, mergedInto);
      throw error;
    }
    const into = mergedInto?.id ?? superseded.at(-1)?.entry.id;
    this.#tellKept(entry, into);
    this.#replayer.wake();
    return { state: 'kept', id: mergedInto?.id ?? entry.id };
  }

  async #journalNew(kept: Kept): Promise<void> {
    if (kept.journaled || !this.#writes.has(kept)) return;
    kept.journaled = true;
    await this.#journal.write([{ type: 'put', entry: kept.entry }]);
  }

  // The same write once more: safe as soon as the first one is.
  async #keepKnown(kept: Kept): Promise<Receipt> {
    await this.#journalNew(kept);
    await this.#journal.write([]);
    return { state: 'kept', id: kept.entry.id };
  }

  // Undefined: there is room now.
  #makeRoom(entry: OutboxEntry, plan: WritePlan): Receipt | undefined {
    const { maxEntries, maxBytes, whenFull } = this.#settings;
    const freed = this.#writes.supersededBy(plan);
    const freedBytes = freed.reduce((sum, kept) => sum + kept.entry.bytes, 0);
    const isTooMuch = (): boolean =>
      this.size - freed.length >= maxEntries || this.bytes - freedBytes + entry.bytes > maxBytes;
    if (!isTooMuch()) return undefined;
    this.#expire();
    while (isTooMuch() && whenFull === 'oldest') {
      const oldest = this.#writes.oldestFirst().next();
      if (oldest.done === true) break;
      this.#drop(oldest.value);
    }
    if (!isTooMuch()) return undefined;
    if (whenFull === 'newest') {
      this.#tellDropped(entry, 'full');
      return { state: 'dropped', id: entry.id };
    }
    throw new OverloadedError(
      `The outbox is full (${this.size} writes); ${entry.command} was not kept. Shed load, or give it more room.`,
      { reason: 'overloaded', outcome: 'not-applied' },
    );
  }

  #drop(kept: Kept): void {
    this.#tellDropped(kept.entry, 'full');
    this.#forget(kept);
    if (kept.journaled) this.#journal.write([{ type: 'delete', seq: kept.entry.seq }]).catch(ignore);
  }

  #expire(): void {
    const limit = this.#settings.clock.wallNow() - this.#settings.maxAgeMs;
    for (const kept of this.#writes.oldestFirst()) {
      if (kept.entry.createdAt <= limit) this.#bury(kept, 'expired', undefined).catch(ignore);
    }
  }

  async #bury(kept: Kept, reason: DeadReason, code: string | undefined): Promise<void> {
    const { entry } = kept;
    const dead = { entry, reason, code, diedAt: this.#settings.clock.wallNow() };
    const pushedOut = this.#dead.add(dead);
    this.#announcer.tell('dead', { ...this.#announcer.facts(entry), reason, code });
    for (const each of pushedOut) this.#tellDropped(each.entry, 'dead-letters-full');
    this.#forget(kept);
    await this.#journal.write([
      { type: 'delete', seq: entry.seq },
      { type: 'bury', dead },
      ...pushedOut.map((each) => ({ type: 'unbury', seq: each.entry.seq }) as const),
    ]);
  }

  async #onDelivered(kept: Kept): Promise<void> {
    this.#replayed++;
    await this.#remove(kept);
    this.#announcer.tell('replayed', { ...this.#announcer.facts(kept.entry), size: this.size });
    if (this.size > 0) return;
    this.#announcer.tell('drained', { replayed: this.#replayed });
    this.#replayed = 0;
  }

  // From the journal first: a write of the same key that goes past the outbox must not be overtaken after a crash.
  async #remove(kept: Kept): Promise<void> {
    if (kept.journaled) await this.#journal.write([{ type: 'delete', seq: kept.entry.seq }]);
    this.#forget(kept);
  }

  #forget(kept: Kept): void {
    this.#writes.remove(kept);
    if (this.size > 0) return;
    for (const resolve of this.#drained) resolve();
  }

  #tellKept(entry: OutboxEntry, into: string | undefined): void {
    this.#announcer.tell('kept', { ...this.#announcer.facts(entry), size: this.size, into });
  }

  #tellDropped(entry: OutboxEntry, reason: OutboxEvents['dropped']['reason']): void {
    this.#announcer.tell('dropped', { ...this.#announcer.facts(entry), reason });
  }
}

function closed(): RedisUnavailableError {
  return new RedisUnavailableError('The outbox is closed; nothing was kept.', {
    reason: 'closed',
    outcome: 'not-applied',
  });
}

function ignore(): void {
  // Told elsewhere, or of no consequence.
}

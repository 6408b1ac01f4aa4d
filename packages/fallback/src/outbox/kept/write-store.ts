import { OverloadedError } from '@redis-resilience/core';
import type { Announcer } from '../announcer.ts';
import type { OutboxEvents } from '../outbox-events.ts';
import type { OutboxSettings } from '../outbox-options.ts';
import type { OutboxEntry } from '../write/entry.ts';
import { newWriteId } from '../write/write-id.ts';
import type { WritePlan } from '../write/write-plan.ts';
import { DeadLetters } from './dead-letters.ts';
import type { DeadLetter, DeadReason, Journal } from './journal.ts';
import { KeptWrites, type KeptWrite } from './kept-writes.ts';
import { hasRoom, victimsFor } from './room.ts';

/** The pending writes and the dead letters, within their limits, in memory and in the journal. */
export class WriteStore {
  readonly writes = new KeptWrites();
  readonly #settings: OutboxSettings;
  readonly #journal: Journal;
  readonly #announcer: Announcer;
  readonly #dead: DeadLetters;
  #empty: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined;
  #seq = 0;

  constructor(settings: OutboxSettings, journal: Journal, announcer: Announcer) {
    this.#settings = settings;
    this.#journal = journal;
    this.#announcer = announcer;
    this.#dead = new DeadLetters(settings.maxDeadLetters);
  }

  nextSeq(): number {
    return this.#seq++;
  }

  /** Loads the writes and dead letters of earlier runs of the process. */
  async recall(): Promise<void> {
    const { entries, dead, corrupt } = await this.#journal.open();
    for (const each of dead) this.#dead.add(each);
    for (const entry of entries) this.writes.addSealed(entry, 'sealed').journaled = true;
    const seqs = [...entries, ...dead.map(({ entry }) => entry)].map(({ seq }) => seq);
    this.#seq = seqs.reduce((highest, seq) => Math.max(highest, seq + 1), 0);
    this.#announcer.announce('recalled', { entries: entries.length, dead: dead.length, corrupt });
    this.expire();
  }

  /** Stores a write. Resolves with the write's own entry, or with the earlier entry into which the write was merged. */
  async keep(entry: OutboxEntry, plan: WritePlan): Promise<OutboxEntry> {
    const { kept, superseded, mergedInto } = this.writes.add(entry, plan);
    const removed = superseded.filter(({ journaled }) => journaled);
    kept.journaled = true;
    try {
      await this.#journal.write([
        ...removed.map((each) => ({ type: 'delete', seq: each.entry.seq }) as const),
        { type: 'put', entry: kept.entry },
      ]);
    } catch (error) {
      // A write that replaced earlier ones stays pending, although the journal did not record it: the earlier writes
      // were reported as stored, so their replacement must not be lost.
      if (mergedInto === undefined && superseded.length === 0) this.writes.remove(kept);
      else if (mergedInto !== undefined && kept.state === 'open') this.writes.unmerge(kept, mergedInto);
      throw error;
    }
    this.#announceKept(entry, mergedInto?.id ?? superseded.at(-1)?.entry.id);
    return mergedInto ?? entry;
  }

  /**
   * Stores a write that is already pending, for example because no reply has arrived in time. Resolves when the write
   * is stored.
   */
  async keepSent(kept: KeptWrite): Promise<void> {
    if (!kept.journaled && this.writes.has(kept)) {
      kept.journaled = true;
      this.#announceKept(kept.entry, undefined);
      await this.#journal.write([{ type: 'put', entry: kept.entry }]);
    } else await this.#journal.write([]);
  }

  /**
   * Binds a write to a database, or unbinds the write if `database` is undefined. Resolves when the journal has
   * recorded the change.
   */
  async bind(kept: KeptWrite, database: string | undefined): Promise<void> {
    kept.entry = { ...kept.entry, database };
    if (kept.journaled) await this.#journal.write([{ type: 'put', entry: kept.entry }]);
  }

  // Removes a write, first from the journal and then from memory. In the opposite order, a later write to the same key
  // could be sent directly while the journal still contains the earlier one, which would then overwrite the later one
  // after a crash.
  async remove(kept: KeptWrite): Promise<void> {
    if (kept.journaled) await this.#journal.write([{ type: 'delete', seq: kept.entry.seq }]);
    this.#forget(kept);
  }

  /**
   * Makes room for a write. If the option `whenFull` is `oldest`, drops older writes. Returns false if there is no room
   * and `whenFull` is `newest`, so that the new write is dropped.
   *
   * @throws {@link OverloadedError} when there is no room and `whenFull` is `reject`, or when `whenFull` is `oldest`
   * and dropping all older writes would not make enough room
   */
  makeRoom(entry: OutboxEntry, plan: WritePlan): boolean {
    const { writes } = this;
    const { whenFull, maxBytes } = this.#settings;
    if (hasRoom(writes, entry, plan, this.#settings)) return true;
    this.expire();
    if (hasRoom(writes, entry, plan, this.#settings)) return true;
    if (whenFull === 'newest') {
      this.announceDropped(entry, 'full');
      return false;
    }
    const victims = whenFull === 'oldest' ? victimsFor(writes, entry, plan, this.#settings) : undefined;
    if (victims !== undefined) {
      for (const victim of victims) this.#drop(victim);
      return true;
    }
    throw new OverloadedError(
      entry.bytes > maxBytes
        ? `The write is larger than the option maxBytes of the outbox allows; ${entry.command} was not kept. Write less at a time, or allow more.`
        : `The outbox is full (${writes.size} writes); ${entry.command} was not kept. Admit fewer writes, or give it more room.`,
      { reason: 'overloaded', outcome: 'not-applied' },
    );
  }

  /** Gives up on writes that are older than `maxAgeMs`. */
  expire(): void {
    const limit = this.#settings.clock.wallNow() - this.#settings.maxAgeMs;
    for (const kept of this.writes.oldestFirst()) {
      if (kept.entry.createdAt <= limit) this.bury(kept, 'expired', undefined).catch(ignore);
    }
  }

  /** Gives up on a write: it becomes a dead letter. */
  async bury(kept: KeptWrite, reason: DeadReason, code: string | undefined): Promise<void> {
    const { entry } = kept;
    const dead = { entry, reason, code, diedAt: this.#settings.clock.wallNow() };
    const dropped = this.#dead.add(dead);
    this.#announcer.announce('dead', { ...this.#announcer.facts(entry), reason, code });
    for (const each of dropped) this.announceDropped(each.entry, 'dead-letters-full');
    this.#forget(kept);
    await this.#journal.write([
      { type: 'delete', seq: entry.seq },
      { type: 'bury', dead },
      ...dropped.map((each) => ({ type: 'unbury', seq: each.entry.seq }) as const),
    ]);
  }

  deadLetters(): readonly DeadLetter[] {
    return this.#dead.list();
  }

  /** Makes dead letters pending again. Returns their number. */
  async revive(ids: readonly string[] | undefined): Promise<number> {
    const selected = this.#dead.select(ids);
    for (const dead of selected) {
      // The server remembers a refusal under the id of the write, so a retry needs a new id.
      const needsNewId = dead.reason === 'refused' && !dead.entry.hasOwnId;
      const id = needsNewId ? newWriteId(this.#settings) : dead.entry.id;
      const database = needsNewId ? undefined : dead.entry.database;
      const createdAt = this.#settings.clock.wallNow();
      const entry = { ...dead.entry, id, seq: this.nextSeq(), createdAt, database };
      this.#dead.remove(dead);
      this.writes.addSealed(entry, 'sealed').journaled = true;
      await this.#journal.write([
        { type: 'unbury', seq: dead.entry.seq },
        { type: 'put', entry },
      ]);
    }
    return selected.length;
  }

  async discard(ids: readonly string[] | undefined): Promise<number> {
    const selected = this.#dead.select(ids);
    for (const dead of selected) this.#dead.remove(dead);
    await this.#journal.write(selected.map(({ entry }) => ({ type: 'unbury', seq: entry.seq }) as const));
    return selected.length;
  }

  /** Resolves when no write is pending, or when {@link stopWaiting} is called. */
  untilEmpty(): Promise<void> {
    if (this.writes.size === 0) return Promise.resolve();
    this.#empty ??= newSignal();
    return this.#empty.promise;
  }

  stopWaiting(): void {
    this.#empty?.resolve();
    this.#empty = undefined;
  }

  announceDropped(entry: OutboxEntry, reason: OutboxEvents['dropped']['reason']): void {
    this.#announcer.announce('dropped', { ...this.#announcer.facts(entry), reason });
  }

  #announceKept(entry: OutboxEntry, into: string | undefined): void {
    this.#announcer.announce('kept', { ...this.#announcer.facts(entry), size: this.writes.size, into });
  }

  #drop(kept: KeptWrite): void {
    this.announceDropped(kept.entry, 'full');
    this.#forget(kept);
    if (kept.journaled) this.#journal.write([{ type: 'delete', seq: kept.entry.seq }]).catch(ignore);
  }

  #forget(kept: KeptWrite): void {
    this.writes.remove(kept);
    if (this.writes.size === 0) this.stopWaiting();
  }
}

function newSignal(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = ignore;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

function ignore(): void {
  // Nothing to do: the journal still contains the write. If the write is too old, the next run of the process gives up
  // on the write again. If the write was dropped only because the outbox was full, the next run sends the write.
}

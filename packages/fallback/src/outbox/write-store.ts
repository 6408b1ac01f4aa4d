import { OverloadedError } from '@redis-resilience/core';
import type { Announcer } from './announcer.ts';
import { DeadLetters } from './dead-letters.ts';
import type { OutboxEntry } from './entry.ts';
import type { DeadLetter, DeadReason, Journal } from './journal.ts';
import { KeptWrites, type Kept } from './kept-writes.ts';
import type { OutboxEvents } from './outbox-events.ts';
import type { OutboxSettings } from './outbox-options.ts';
import type { WritePlan } from './write-plan.ts';

/** Whom a {@link WriteStore} tells and asks. */
export interface WriteStoreHost {
  /** Nothing is kept any more. */
  onEmpty(): void;
  /** An id that nobody else has. */
  newId(): string;
}

/** The kept writes and the dead letters, within their bounds, here and in the journal alike. */
export class WriteStore {
  readonly writes = new KeptWrites();
  readonly #settings: OutboxSettings;
  readonly #journal: Journal;
  readonly #announcer: Announcer;
  readonly #host: WriteStoreHost;
  readonly #dead: DeadLetters;
  #seq = 0;

  constructor(settings: OutboxSettings, journal: Journal, announcer: Announcer, host: WriteStoreHost) {
    this.#settings = settings;
    this.#journal = journal;
    this.#announcer = announcer;
    this.#host = host;
    this.#dead = new DeadLetters(settings.maxDeadLetters);
  }

  nextSeq(): number {
    return this.#seq++;
  }

  /** Takes up what earlier runs of the process left. */
  async recall(): Promise<void> {
    const { entries, dead, corrupt } = await this.#journal.open();
    for (const each of dead) this.#dead.add(each);
    for (const entry of entries) this.writes.addSealed(entry, 'sealed').journaled = true;
    const seqs = [...entries, ...dead.map(({ entry }) => entry)].map(({ seq }) => seq);
    this.#seq = seqs.reduce((highest, seq) => Math.max(highest, seq + 1), 0);
    this.#announcer.tell('recalled', { entries: entries.length, dead: dead.length, corrupt });
    this.expire();
  }

  /** Resolves when the write is safe. Gives the write that it became part of, or its own. */
  async keep(entry: OutboxEntry, plan: WritePlan): Promise<OutboxEntry> {
    const { kept, superseded, mergedInto } = this.writes.add(entry, plan);
    const gone = superseded.filter(({ journaled }) => journaled);
    kept.journaled = true;
    try {
      await this.#journal.write([
        ...gone.map((each) => ({ type: 'delete', seq: each.entry.seq }) as const),
        { type: 'put', entry: kept.entry },
      ]);
    } catch (error) {
      // What was replaced had been promised: its successor stays, whatever the caller is told.
      if (mergedInto === undefined && superseded.length === 0) this.writes.remove(kept);
      else if (mergedInto !== undefined && kept.state === 'open') this.writes.unmerge(kept, mergedInto);
      throw error;
    }
    this.#tellKept(entry, mergedInto?.id ?? superseded.at(-1)?.entry.id);
    return mergedInto ?? entry;
  }

  /** Keeps a write that is on its way already. Resolves when it is safe. */
  async keepSent(kept: Kept): Promise<void> {
    if (!kept.journaled && this.writes.has(kept)) {
      kept.journaled = true;
      this.#tellKept(kept.entry, undefined);
      await this.#journal.write([{ type: 'put', entry: kept.entry }]);
    } else await this.#journal.write([]);
  }

  // From the journal first: a write of the same key that goes past the outbox must not be overtaken after a crash.
  async remove(kept: Kept): Promise<void> {
    if (kept.journaled) await this.#journal.write([{ type: 'delete', seq: kept.entry.seq }]);
    this.#forget(kept);
  }

  /**
   * Makes room for a write as the options say; false when it is to be dropped.
   *
   * @throws {@link OverloadedError} when there is none, and callers are to be told
   */
  makeRoom(entry: OutboxEntry, plan: WritePlan): boolean {
    const { maxEntries, maxBytes, whenFull } = this.#settings;
    const { writes } = this;
    const freed = writes.supersededBy(entry, plan);
    const freedBytes = freed.reduce((sum, kept) => sum + kept.entry.bytes, 0);
    const isTooMuch = (): boolean =>
      writes.size - freed.length >= maxEntries || writes.bytes - freedBytes + entry.bytes > maxBytes;
    if (!isTooMuch()) return true;
    this.expire();
    while (isTooMuch() && whenFull === 'oldest') {
      const oldest = writes.oldestFirst().next();
      if (oldest.done === true) break;
      this.#drop(oldest.value);
    }
    if (!isTooMuch()) return true;
    if (whenFull === 'newest') {
      this.tellDropped(entry, 'full');
      return false;
    }
    throw new OverloadedError(
      `The outbox is full (${writes.size} writes); ${entry.command} was not kept. Shed load, or give it more room.`,
      { reason: 'overloaded', outcome: 'not-applied' },
    );
  }

  /** Buries what has become too old. */
  expire(): void {
    const limit = this.#settings.clock.wallNow() - this.#settings.maxAgeMs;
    for (const kept of this.writes.oldestFirst()) {
      if (kept.entry.createdAt <= limit) this.bury(kept, 'expired', undefined).catch(ignore);
    }
  }

  /** Gives the write up: from now on it is a dead letter. */
  async bury(kept: Kept, reason: DeadReason, code: string | undefined): Promise<void> {
    const { entry } = kept;
    const dead = { entry, reason, code, diedAt: this.#settings.clock.wallNow() };
    const pushedOut = this.#dead.add(dead);
    this.#announcer.tell('dead', { ...this.#announcer.facts(entry), reason, code });
    for (const each of pushedOut) this.tellDropped(each.entry, 'dead-letters-full');
    this.#forget(kept);
    await this.#journal.write([
      { type: 'delete', seq: entry.seq },
      { type: 'bury', dead },
      ...pushedOut.map((each) => ({ type: 'unbury', seq: each.entry.seq }) as const),
    ]);
  }

  deadLetters(): readonly DeadLetter[] {
    return this.#dead.list();
  }

  /** Dead letters become writes again. */
  async revive(ids: readonly string[] | undefined): Promise<number> {
    const selected = this.#dead.select(ids);
    for (const dead of selected) {
      // A refusal is remembered by its id: what is to be tried anew needs a new one.
      const id = dead.reason === 'refused' && !dead.entry.hasOwnId ? this.#host.newId() : dead.entry.id;
      const entry = { ...dead.entry, id, seq: this.nextSeq(), createdAt: this.#settings.clock.wallNow() };
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

  tellDropped(entry: OutboxEntry, reason: OutboxEvents['dropped']['reason']): void {
    this.#announcer.tell('dropped', { ...this.#announcer.facts(entry), reason });
  }

  #tellKept(entry: OutboxEntry, into: string | undefined): void {
    this.#announcer.tell('kept', { ...this.#announcer.facts(entry), size: this.writes.size, into });
  }

  #drop(kept: Kept): void {
    this.tellDropped(kept.entry, 'full');
    this.#forget(kept);
    if (kept.journaled) this.#journal.write([{ type: 'delete', seq: kept.entry.seq }]).catch(ignore);
  }

  #forget(kept: Kept): void {
    this.writes.remove(kept);
    if (this.writes.size === 0) this.#host.onEmpty();
  }
}

function ignore(): void {
  // The write stays in the journal, and is given up again at the next start.
}

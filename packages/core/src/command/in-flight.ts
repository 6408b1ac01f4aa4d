import type { Clock } from '../clock.ts';
import { Deadlines } from './deadlines.ts';
import { EntryList } from './entry-list.ts';
import type { Entry } from './entry.ts';
import { afterReads } from '../event-loop/after-reads.ts';
import type { LateRecord } from './late-record.ts';
import type { Flush } from '../event-loop/flush.ts';

/** Everything that was sent and is not answered, and the deadlines it is under. */
export class InFlight {
  readonly #clock: Clock;
  readonly #expire: (entry: Entry) => void;
  /** Under the common deadline; the oldest first. */
  readonly #common = new EntryList();
  /** With a deadline of their own: blocking commands, pipelines, and what was sent again. */
  readonly #late = new Set<Entry>();
  readonly #deadlines: Deadlines;

  constructor(clock: Clock, timeoutMs: number, expire: (entry: Entry) => void) {
    this.#clock = clock;
    this.#expire = expire;
    this.#deadlines = new Deadlines(clock, timeoutMs, this.#common, expire);
  }

  get length(): number {
    return this.#common.length + this.#late.size;
  }

  add(entry: Entry): void {
    this.#common.push(entry);
    this.#deadlines.watch();
  }

  addLate(entry: Entry, late: LateRecord): void {
    this.#late.add(entry);
    if (late.deadlineAt === Infinity) return;
    const delayMs = Math.max(0, late.deadlineAt - this.#clock.now());
    late.timer = this.#clock.setTimeout(() => {
      late.timer = undefined;
      afterReads(this.#clock, () => {
        if (this.#late.has(entry) && late.timer === undefined) this.#expire(entry);
      });
    }, delayMs);
  }

  remove(entry: Entry): void {
    if (this.#late.delete(entry)) {
      const { late } = entry;
      if (late?.timer !== undefined) this.#clock.clearTimeout(late.timer);
      if (late !== undefined) late.timer = undefined;
    } else if (entry.previous !== undefined || entry.next !== undefined || this.#common.head === entry) {
      this.#common.remove(entry);
    }
  }

  /** After the process was frozen, the time that passed counts against nobody who was sent before. */
  forgiveElapsed(elapsedMs: number): void {
    const frozenAt = this.#clock.now() - elapsedMs;
    const seen = new Set<Flush>();
    for (let entry = this.#common.head; entry !== undefined; entry = entry.next) {
      if (entry.sent === undefined || entry.sent.at > frozenAt || seen.has(entry.sent)) continue;
      seen.add(entry.sent);
      entry.sent.at += elapsedMs;
    }
    const bounded = [...this.#late].filter(
      ({ late }) => late !== undefined && late.issuedAt <= frozenAt && late.deadlineAt < Infinity,
    );
    for (const entry of bounded) {
      const late = entry.late as LateRecord;
      this.remove(entry);
      late.deadlineAt += elapsedMs;
      this.addLate(entry, late);
    }
  }

  /** Hands out everything, and stops. */
  drain(take: (entry: Entry) => void): void {
    this.#deadlines.stop();
    for (const entry of this.#late) take(entry);
    while (this.#common.head !== undefined) take(this.#common.head);
  }
}

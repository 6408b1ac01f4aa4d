import { setTimeout as delay } from 'node:timers/promises';
import type { Running } from './subject.js';

const slowMs = 2000;
/**
 * Limits the memory that pending calls use; below this limit, calls are issued regardless of pending ones, because
 * users do not wait for each other.
 */
const maxOpenCalls = 10_000;

interface Done {
  readonly part: string;
  readonly at: number;
}

/** Issues calls at a constant rate, regardless of pending ones, and records the result of each. */
export class CallBook {
  readonly #startedAt: number[] = [];
  readonly #tookMs: (number | undefined)[] = [];
  readonly #accepted = new Set<number>();
  readonly #done = new Map<number, Done[]>();
  readonly #failed: number[] = [];
  #open = 0;

  /**
   * Records that the work of a call is done. Work with an unknown number comes from an earlier process, and is ignored.
   */
  done(call: number, part = ''): void {
    if (call >= this.#startedAt.length) return;
    const before = this.#done.get(call);
    const one = { part, at: Date.now() };
    if (before === undefined) this.#done.set(call, [one]);
    else before.push(one);
  }

  /** Issues calls until `isOver` returns true. */
  async callUntil(isOver: () => boolean, { call, everyMs = 50 }: Running): Promise<void> {
    while (!isOver()) {
      if (this.#open < maxOpenCalls) void this.#callOnce(call);
      await delay(everyMs);
    }
  }

  async #callOnce(call: Running['call']): Promise<void> {
    const index = this.#startedAt.push(Date.now()) - 1;
    this.#open++;
    try {
      const answer = await call(index);
      if (answer === 'done') this.done(index);
      if (answer === 'accepted') this.#accepted.add(index);
    } catch {
      this.#failed.push(index);
    } finally {
      this.#open--;
      this.#tookMs[index] = Date.now() - (this.#startedAt[index] ?? 0);
    }
  }

  get calls(): number {
    return this.#startedAt.length;
  }

  get failedCalls(): number {
    return this.#failed.length;
  }

  get slowCalls(): number {
    return this.#startedAt.filter((at, call) => (this.#tookMs[call] ?? Date.now() - at) > slowMs).length;
  }

  /** The duration of the longest call that has ended, in milliseconds. */
  get slowestMs(): number {
    return this.#tookMs.reduce<number>((most, tookMs) => Math.max(most, tookMs ?? 0), 0);
  }

  /** Returns when the last failed call was issued; undefined if that was not after `at`. */
  failedAfter(at: number): number | undefined {
    const last = Math.max(...this.#failed.map((call) => this.#startedAt[call] ?? 0));
    return last > at ? last : undefined;
  }

  get lost(): number {
    return [...this.#accepted].filter((call) => !this.#done.has(call)).length;
  }

  get doubled(): number {
    return [...this.#done.values()].filter((all) => all.length > new Set(all.map(({ part }) => part)).size)
      .length;
  }

  /** Number of calls whose work was done. */
  get doneCalls(): number {
    return this.#done.size;
  }

  /** Returns the names of the library's parts, such as a worker, that had done work before a time. */
  partsBefore(at: number): Set<string> {
    const all = [...this.#done.values()].flat();
    return new Set(all.filter((done) => done.at < at).map(({ part }) => part));
  }

  /**
   * Returns the time by which all of these parts of the library have worked again after `after`; `undefined` if one of
   * them has not.
   */
  resumedAt(after: number, parts: ReadonlySet<string>): number | undefined {
    const first = new Map<string, number>();
    for (const { part, at } of [...this.#done.values()].flat()) {
      if (at >= after) first.set(part, Math.min(first.get(part) ?? Infinity, at));
    }
    const wanted = parts.size === 0 ? [...first.keys()] : [...parts];
    if (wanted.length === 0 || wanted.some((part) => !first.has(part))) return undefined;
    return Math.max(...wanted.map((part) => first.get(part) ?? Infinity));
  }
}

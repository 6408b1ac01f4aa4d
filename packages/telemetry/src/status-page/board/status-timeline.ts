import type { HistoryEntry, RedisSnapshot } from '@redis-resilience/core';
import type { Interval } from '../page-state.ts';
import { CauseDurations } from './cause-durations.ts';

const spanMs = 60 * 60 * 1000;
const maxStretches = 200;

interface Stretch {
  readonly from: number;
  readonly status: Interval['status'];
  readonly causes: CauseDurations;
  to: number | null;
}

/**
 * The statuses of the last hour, as intervals without gaps. The timeline starts with the connection's history and
 * continues with each snapshot. The cause of an interval is the one that lasted longest: a server that was killed
 * resets a connection once and then refuses many.
 */
export class StatusTimeline {
  readonly #stretches: Stretch[] = [];

  /** `history`: oldest first. `now`: milliseconds since the epoch. */
  constructor(history: readonly HistoryEntry[], snapshot: RedisSnapshot, now: number) {
    for (const entry of history) {
      if (entry.kind !== 'status') continue;
      const at = entry.at.getTime();
      // The history has no entry for the first status; its duration is in the entry for the second.
      if (this.#stretches.length === 0) this.#begin(at - entry.durationMs, entry.from);
      this.#begin(at, entry.to);
      if (entry.to !== 'up') this.#stretches.at(-1)?.causes.begin(entry.cause ?? null, at);
    }
    this.note(snapshot, now);
  }

  /** Call on each change of the snapshot. */
  note({ status, cause, since }: RedisSnapshot, now: number): void {
    if (this.#stretches.at(-1)?.status !== status) this.#begin(since.getTime(), status);
    this.#stretches.at(-1)?.causes.begin(cause?.code ?? null, now);
  }

  /** The intervals of the last hour, oldest first; leading intervals without trouble are omitted. */
  intervals(now: number): Interval[] {
    const start = now - spanMs;
    while ((this.#stretches[0]?.to ?? now) < start) this.#stretches.shift();
    const intervals = this.#stretches.map(({ from, to, status, causes }) => {
      const isUp = status === 'up';
      const end = to ?? now;
      return {
        from,
        to,
        status,
        cause: isUp ? null : causes.longest(end),
        also: isUp ? [] : causes.others(end),
      };
    });
    const [first] = intervals;
    return first !== undefined && first.status !== 'up' && first.cause === null
      ? intervals.slice(1)
      : intervals;
  }

  #begin(at: number, status: Interval['status']): void {
    const last = this.#stretches.at(-1);
    if (last !== undefined) last.to = at;
    this.#stretches.push({ from: at, to: null, status, causes: new CauseDurations(at) });
    if (this.#stretches.length > maxStretches) this.#stretches.shift();
  }
}

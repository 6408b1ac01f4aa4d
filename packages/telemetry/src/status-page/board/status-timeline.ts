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
 * The statuses of a connection during the last hour, as intervals without gaps. The intervals are taken from
 * the history of the connection, and then from each new snapshot. If the cause changes during an interval,
 * the interval shows the cause that lasted longest.
 */
export class StatusTimeline {
  readonly #stretches: Stretch[] = [];

  /** `history` must be in the order of time, oldest first. `now` is the time in milliseconds since the epoch. */
  constructor(history: readonly HistoryEntry[], snapshot: RedisSnapshot, now: number) {
    for (const entry of history) {
      if (entry.kind !== 'status') continue;
      const at = entry.at.getTime();
      // The first entry of the history describes the change from the first status to the second, and says how long the
      // first status lasted.
      if (this.#stretches.length === 0) this.#begin(at - entry.durationMs, entry.from);
      this.#begin(at, entry.to);
      if (entry.to !== 'up') this.#stretches.at(-1)?.causes.begin(entry.cause ?? null, at);
    }
    this.note(snapshot, now);
  }

  /** Must be called whenever the snapshot changes. */
  note({ status, cause, since }: RedisSnapshot, now: number): void {
    if (this.#stretches.at(-1)?.status !== status) this.#begin(since.getTime(), status);
    this.#stretches.at(-1)?.causes.begin(cause?.code ?? null, now);
  }

  /**
   * Returns the intervals of the last hour, oldest first. The first interval is left out if Redis was not up and no
   * cause is known, because the application was then still starting.
   */
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

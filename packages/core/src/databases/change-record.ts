import type { DatabaseChange, DatabaseChangeReason } from '../database-report.ts';

/**
 * Measures a switch to another database, from the moment at which the previous database became unavailable until the
 * new one serves calls.
 */
export class ChangeRecord {
  #awaySince: number | undefined;
  #running:
    (Omit<DatabaseChange, 'durationMs'> & { readonly since: number; readonly begunAt: number }) | undefined;

  /** When the switch in progress began; undefined if none is in progress. */
  get begunAt(): number | undefined {
    return this.#running?.begunAt;
  }

  /** When the database in use stopped serving; undefined while it serves. */
  get awaySince(): number | undefined {
    return this.#awaySince;
  }

  /** Call when the database in use is not serving. */
  away(now: number): void {
    this.#awaySince ??= now;
  }

  /** Call when the database in use is serving again, without a switch. */
  serves(): void {
    this.#awaySince = undefined;
  }

  /**
   * Call when the database `to` takes over from `from`. If `from` has served no call since the client switched to it,
   * the two switches count as one.
   */
  begin(from: string, to: string, reason: DatabaseChangeReason, now: number): void {
    const { since = this.#awaySince ?? now, from: first = from } = this.#running ?? {};
    this.#running = { from: first, to, reason, since, begunAt: now };
    this.#awaySince = undefined;
  }

  /**
   * Call when calls are being served. Returns the switch that is now complete; undefined if none was in progress, or if
   * the switch led back to the database where it began.
   */
  end(now: number): DatabaseChange | undefined {
    if (this.#running === undefined) return undefined;
    const { since, begunAt: _, ...change } = this.#running;
    this.#running = undefined;
    return change.from === change.to ? undefined : { ...change, durationMs: now - since };
  }
}

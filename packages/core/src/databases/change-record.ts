import type { DatabaseChange, DatabaseChangeReason } from '../database-report.ts';

/** Measures a switch to another database, from the moment the previous one went away until the new one serves calls. */
export class ChangeRecord {
  #awaySince: number | undefined;
  #running:
    (Omit<DatabaseChange, 'durationMs'> & { readonly since: number; readonly begunAt: number }) | undefined;

  /** When the switch in progress began; undefined if the database in use has served calls since the last one. */
  get begunAt(): number | undefined {
    return this.#running?.begunAt;
  }

  /** Time since which the database in use has not been serving; undefined while it serves. */
  get awaySince(): number | undefined {
    return this.#awaySince;
  }

  /** Call when the database in use is not serving. */
  away(now: number): void {
    this.#awaySince ??= now;
  }

  /** Call when the database in use is serving. */
  serves(): void {
    this.#awaySince = undefined;
  }

  /** Call when another database takes over. If the previous one never served, both switches count as one. */
  begin(from: string, to: string, reason: DatabaseChangeReason, now: number): void {
    const { since = this.#awaySince ?? now, from: first = from } = this.#running ?? {};
    this.#running = { from: first, to, reason, since, begunAt: now };
    this.#awaySince = undefined;
  }

  /**
   * Call when calls are being served. Returns the switch that this completes; undefined if there was none, or if it led
   * back to where it began.
   */
  end(now: number): DatabaseChange | undefined {
    if (this.#running === undefined) return undefined;
    const { since, begunAt: _, ...change } = this.#running;
    this.#running = undefined;
    return change.from === change.to ? undefined : { ...change, durationMs: now - since };
  }
}

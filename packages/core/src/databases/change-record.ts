import type { DatabaseChange, DatabaseChangeReason } from '../database-report.ts';

/** Measures a change of database: from when the one before was away until calls pass on the new one. */
export class ChangeRecord {
  #awaySince: number | undefined;
  #running:
    (Omit<DatabaseChange, 'durationMs'> & { readonly since: number; readonly begunAt: number }) | undefined;

  /** When the change began after which calls do not pass yet. */
  get begunAt(): number | undefined {
    return this.#running?.begunAt;
  }

  /** Since when the database in use does not serve; undefined while it does. */
  get awaySince(): number | undefined {
    return this.#awaySince;
  }

  /** The database in use does not serve. */
  away(now: number): void {
    this.#awaySince ??= now;
  }

  /** The database in use serves. */
  serves(): void {
    this.#awaySince = undefined;
  }

  /** Another database takes over. Where the one before it never served, both are one change. */
  begin(from: string, to: string, reason: DatabaseChangeReason, now: number): void {
    const { since = this.#awaySince ?? now, from: first = from } = this.#running ?? {};
    this.#running = { from: first, to, reason, since, begunAt: now };
    this.#awaySince = undefined;
  }

  /** Calls pass. Gives the change that this ends; none where it led back to where it began. */
  end(now: number): DatabaseChange | undefined {
    if (this.#running === undefined) return undefined;
    const { since, begunAt: _, ...change } = this.#running;
    this.#running = undefined;
    return change.from === change.to ? undefined : { ...change, durationMs: now - since };
  }
}

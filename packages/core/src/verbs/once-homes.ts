/** Maximum number of ids to remember, far more than are in progress at any time; the oldest ids are forgotten first. */
const maxIds = 100_000;

/**
 * Records to which of several Redis databases each id of `applyOnce` was sent. As long as an id may have been applied
 * on one database, it must not be sent to another.
 */
export class OnceHomes {
  readonly #homes = new Map<string, { readonly database: string; readonly sends: number }>();

  homeOf(id: string): string | undefined {
    return this.#homes.get(id)?.database;
  }

  /** Call before the id is sent to this database. */
  sent(id: string, database: string): void {
    const { sends = 0 } = this.#homes.get(id) ?? {};
    this.#homes.delete(id);
    this.#homes.set(id, { database, sends: sends + 1 });
    if (this.#homes.size <= maxIds) return;
    const [oldest = ''] = this.#homes.keys();
    this.#homes.delete(oldest);
  }

  /**
   * Call when it is certain that one attempt with the id did not run. Once all attempts with the id are known not to
   * have run, the id may be sent to any database.
   */
  didNotRun(id: string): void {
    const home = this.#homes.get(id);
    if (home === undefined) return;
    if (home.sends > 1) this.#homes.set(id, { ...home, sends: home.sends - 1 });
    else this.#homes.delete(id);
  }
}

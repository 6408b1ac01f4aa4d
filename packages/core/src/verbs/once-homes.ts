/** Far more ids than are under way at any time; the oldest are forgotten first. */
const maxIds = 100_000;

/** Where there are several databases: to which of them each id of `applyOnce` was sent. It is asked there alone. */
export class OnceHomes {
  readonly #homes = new Map<string, { readonly database: string; readonly sends: number }>();

  homeOf(id: string): string | undefined {
    return this.#homes.get(id)?.database;
  }

  /** It is about to be sent there. */
  sent(id: string, database: string): void {
    const { sends = 0 } = this.#homes.get(id) ?? {};
    this.#homes.delete(id);
    this.#homes.set(id, { database, sends: sends + 1 });
    if (this.#homes.size <= maxIds) return;
    const [oldest = ''] = this.#homes.keys();
    this.#homes.delete(oldest);
  }

  /** One of its sends certainly did not run. After the last one, it may be sent anywhere. */
  didNotRun(id: string): void {
    const home = this.#homes.get(id);
    if (home === undefined) return;
    if (home.sends > 1) this.#homes.set(id, { ...home, sends: home.sends - 1 });
    else this.#homes.delete(id);
  }
}

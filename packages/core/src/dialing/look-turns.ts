/** A client that is connected to a replica and looks for the primary. */
export interface Looker {
  /** Whether the client's callers are waiting for the primary. */
  isWanted(): boolean;
  /**
   * Called when it becomes this client's turn. The client must look for the primary at `dueAt`, or sooner if callers
   * are waiting.
   */
  takeTurn(dueAt: number): void;
  /** Called when another client has just found the primary, so that this client looks for the primary immediately. */
  follow(): void;
}

/**
 * The clients of one endpoint that look for the primary, because a replica answers there. The clients take turns, so
 * that the endpoint is not dialed for each of them. When one client finds the primary, the next one looks immediately,
 * because each client needs its own connection.
 */
export class LookTurns {
  readonly #lookers = new Set<Looker>();
  #current: Looker | undefined;
  #dueAt = -Infinity;

  has(looker: Looker): boolean {
    return this.#lookers.has(looker);
  }

  /** Whether callers of any of the clients are waiting for the primary. */
  get isWanted(): boolean {
    for (const looker of this.#lookers) if (looker.isWanted()) return true;
    return false;
  }

  join(looker: Looker): void {
    if (this.#lookers.size === 0) this.#dueAt = -Infinity;
    this.#lookers.add(looker);
    if (this.#current === undefined) this.#give(looker);
  }

  /**
   * Call when the client whose turn it is begins to look for the primary. No other client looks for the primary before
   * `dueAt`, even if the client whose turn it is leaves.
   */
  looks(dueAt: number): void {
    this.#dueAt = dueAt;
  }

  /**
   * Call when this client has not found the primary, perhaps for a reason that concerns no other client. The next
   * client looks for the primary at `dueAt`.
   */
  missed(looker: Looker, dueAt: number): void {
    if (this.#current !== looker) return;
    this.#dueAt = dueAt;
    this.#lookers.delete(looker);
    this.#lookers.add(looker);
    const [next] = this.#lookers;
    this.#give(next as Looker);
  }

  /** Call when this client no longer looks for the primary. */
  leave(looker: Looker): void {
    if (!this.#end(looker)) return;
    const [next] = this.#lookers;
    if (next !== undefined) this.#give(next);
  }

  /**
   * Call when this client has found the primary, so that the other clients connect to the primary one after another,
   * beginning with those whose callers are waiting.
   */
  found(looker: Looker): void {
    if (!this.#end(looker)) return;
    const [first] = this.#lookers;
    this.#current = [...this.#lookers].find((each) => each.isWanted()) ?? first;
    this.#current?.follow();
  }

  /** Removes this client. Returns whether it was the client's turn. */
  #end(looker: Looker): boolean {
    this.#lookers.delete(looker);
    if (this.#current !== looker) return false;
    this.#current = undefined;
    return true;
  }

  #give(looker: Looker): void {
    this.#current = looker;
    looker.takeTurn(this.#dueAt);
  }
}

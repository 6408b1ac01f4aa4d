interface Opening {
  readonly waitsForReady: boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** The calls of `connect()` that are waiting for the connection. */
export class Openings {
  #waiting: Opening[] = [];

  add(waitsForReady: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ waitsForReady, resolve, reject });
    });
  }

  ready(): void {
    this.#resolve(() => true);
  }

  /**
   * Must be called when a connection attempt has failed. Resolves the calls of `connect()` that do not wait
   * for a ready connection.
   */
  attemptFailed(): void {
    this.#resolve(({ waitsForReady }) => !waitsForReady);
  }

  fail(error: Error): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(error);
  }

  #resolve(isMeant: (opening: Opening) => boolean): void {
    const waiting = this.#waiting;
    this.#waiting = waiting.filter((each) => !isMeant(each));
    for (const each of waiting) if (isMeant(each)) each.resolve();
  }
}

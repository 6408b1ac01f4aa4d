interface Opening {
  readonly waitsForReady: boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** The `connect()` calls that are waiting. */
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

  /** Call when an attempt has failed: only calls that need a ready connection continue to wait. */
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

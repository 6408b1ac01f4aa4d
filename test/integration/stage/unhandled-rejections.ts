import { setImmediate as nextTurn } from 'node:timers/promises';

/** Collects the rejections that nobody handles, from now until it is disposed of. */
export class UnhandledRejections implements Disposable {
  readonly reasons: unknown[] = [];
  readonly #listener = (reason: unknown): void => {
    this.reasons.push(reason);
  };

  constructor() {
    process.on('unhandledRejection', this.#listener);
  }

  /** What nobody handled so far, the present turn included. */
  async list(): Promise<readonly unknown[]> {
    await nextTurn();
    await nextTurn();
    return this.reasons;
  }

  [Symbol.dispose](): void {
    process.removeListener('unhandledRejection', this.#listener);
  }
}

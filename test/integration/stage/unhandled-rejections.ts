import { setImmediate as nextTurn } from 'node:timers/promises';

const watching = new Set<UnhandledRejections>();

function tellAll(reason: unknown): void {
  for (const each of watching) each.reasons.push(reason);
}

/** Collects unhandled rejections until it is disposed of. */
export class UnhandledRejections implements Disposable {
  readonly reasons: unknown[] = [];

  constructor() {
    if (watching.size === 0) process.on('unhandledRejection', tellAll);
    watching.add(this);
  }

  /** Returns the rejections that are unhandled so far, including those of the current turn of the event loop. */
  async list(): Promise<readonly unknown[]> {
    await nextTurn();
    await nextTurn();
    return this.reasons;
  }

  [Symbol.dispose](): void {
    watching.delete(this);
    if (watching.size === 0) process.removeListener('unhandledRejection', tellAll);
  }
}

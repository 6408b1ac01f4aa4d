import type { DriverCommand } from '../driver/driver-command.ts';
import { isReplyError } from '../replies/connection-error.ts';
import type { Internals } from './internals.ts';

/**
 * Which database a client is in. ioredis believes a SELECT as soon as it is sent, also one that the server refuses; here
 * the database before it holds again then.
 */
export class SelectedDatabase {
  readonly #target: Internals;
  #accepted: number;

  constructor(target: Internals) {
    this.#target = target;
    this.#accepted = target.condition?.select ?? Number(target.options['db'] ?? 0);
  }

  get number(): number {
    return this.#target.condition?.select ?? this.#accepted;
  }

  /** A SELECT is about to be sent. */
  follow(command: DriverCommand): void {
    const database = Number(command.args[0]);
    command.promise.then(
      (reply) => {
        // Inside a transaction it is only queued.
        if (String(reply) === 'OK') this.#accepted = database;
      },
      (error: unknown) => {
        const isRefused = error instanceof Error && isReplyError(error);
        if (isRefused && this.number === database) this.refused();
      },
    );
  }

  // ioredis would select it after the handshake, as a command among others: calls that are sent again come before it.
  keep(): void {
    const { condition, prevCondition } = this.#target;
    if (condition && prevCondition) condition.select = prevCondition.select;
  }

  refused(): void {
    const { condition, prevCondition } = this.#target;
    if (condition) condition.select = this.#accepted;
    if (prevCondition) prevCondition.select = this.#accepted;
  }
}

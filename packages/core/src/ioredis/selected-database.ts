import type { DriverCommand } from '../driver/driver-command.ts';
import { isReplyError } from '../replies/connection-error.ts';
import type { Internals } from './internals.ts';

/**
 * The database that a client has selected. ioredis takes a SELECT as done once it is sent, even if the server refuses
 * it; after a refusal, this restores the database before it.
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
        // Inside a transaction the reply is QUEUED.
        if (String(reply) === 'OK') this.#accepted = database;
      },
      (error: unknown) => {
        const isRefused = error instanceof Error && isReplyError(error);
        if (isRefused && this.number === database) this.refused();
      },
    );
  }

  // ioredis would select it after the handshake with an ordinary command, behind the calls that are sent again.
  keep(): void {
    const { condition, prevCondition } = this.#target;
    if (condition && prevCondition) condition.select = prevCondition.select;
  }

  /** The next connection leads elsewhere, and has this one selected. */
  moved(database: number): void {
    this.#accepted = database;
    this.refused();
  }

  refused(): void {
    const { condition, prevCondition } = this.#target;
    if (condition) condition.select = this.#accepted;
    if (prevCondition) prevCondition.select = this.#accepted;
  }
}

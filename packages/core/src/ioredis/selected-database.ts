import type { DriverCommand } from '../driver/driver-command.ts';
import { isReplyError } from '../replies/connection-error.ts';
import type { Internals } from './internals.ts';

interface Asker {
  ask(name: string, args: readonly string[]): Promise<unknown>;
}

/**
 * The database number that a client has selected. To ioredis, a SELECT is done as soon as it is sent, even if the
 * server then refuses it; this class restores the previous number after a refusal.
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

  /** Call when a SELECT is about to be sent. */
  follow(command: DriverCommand): void {
    this.#noteUnanswered();
    const database = Number(command.args[0]);
    command.promise.then(
      (reply) => {
        // Within a transaction, the reply is QUEUED, and the SELECT has not run yet.
        if (String(reply) === 'OK') this.#accepted = database;
      },
      (error: unknown) => {
        const isRefused = error instanceof Error && isReplyError(error);
        if (isRefused && this.number === database) this.refused();
      },
    );
  }

  /** Selects `database` on this connection, calls `send`, and selects the present number again. */
  during(database: number, connection: Asker, send: () => void): void {
    const selected = this.number;
    connection.ask('select', [String(database)]).catch(ignore);
    send();
    connection.ask('select', [String(selected)]).catch(ignore);
  }

  /**
   * If the connection is lost, the commands that are now unanswered may be retried, and the next connection selects the
   * number that was selected last.
   */
  #noteUnanswered(): void {
    const { commandQueue, offlineQueue } = this.#target;
    for (const queue of [commandQueue, offlineQueue]) {
      for (const { command, select } of queue.toArray()) command.database ??= select;
    }
  }

  // Call before the handshake on a new connection, so that the handshake selects the current number. By itself, ioredis
  // would send SELECT only after the handshake, behind the calls that are retried.
  keep(): void {
    const { condition, prevCondition } = this.#target;
    if (condition && prevCondition) condition.select = prevCondition.select;
  }

  /** Call when the client moves to another server; `database` is the number to select there. */
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

function ignore(): void {
  // If the connection is lost, the next one selects the present number.
}

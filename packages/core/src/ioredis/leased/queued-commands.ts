import type { ChainableCommander, Redis } from 'ioredis';
import type { DriverCommand } from '../../driver/driver-command.ts';
import { OutcomeUnknownError } from '../../errors.ts';

/** One command of a transaction, and the functions that settle its caller's promise. */
interface Queued {
  readonly command: DriverCommand;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Collects the commands that are called on `client`, to be sent as one MULTI. */
export class QueuedCommands {
  /** An object with the command methods of a client; each returns a promise for the command's reply from EXEC. */
  readonly client: Redis;
  readonly #target: Redis;
  readonly #queued: Queued[] = [];

  constructor(target: Redis) {
    this.#target = target;
    this.client = Object.create(target, {
      sendCommand: { value: (command: DriverCommand) => this.#add(command) },
    }) as Redis;
  }

  get length(): number {
    return this.#queued.length;
  }

  /**
   * Sends MULTI, the commands and EXEC. Resolves with whether the commands ran: they do not run if a watched key has
   * changed.
   */
  async exec(): Promise<boolean> {
    const chain = this.#target.multi() as ChainableCommander & {
      sendCommand(command: DriverCommand): unknown;
    };
    for (const { command } of this.#queued) chain.sendCommand(command);
    try {
      const answers = await chain.exec();
      if (answers === null) return false;
      if (answers.length !== this.#queued.length) throw incomplete();
      for (const [index, { resolve, reject }] of this.#queued.entries()) {
        const [error, answer] = answers[index] as [Error | null, unknown];
        if (error === null) resolve(answer);
        else reject(error);
      }
      return true;
    } catch (error) {
      for (const { reject } of this.#queued) reject(error);
      throw error;
    }
  }

  #add(command: DriverCommand): Promise<unknown> {
    const answer = new Promise((resolve, reject) => this.#queued.push({ command, resolve, reject }));
    // The caller of the transaction gets the error anyway, so `answer` must not become an unhandled rejection.
    answer.catch(ignore);
    return answer;
  }
}

/** Whether a value is a chain of commands as returned by `multi()` or `pipeline()`. */
export function isChain(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'isPipeline' in value && value.isPipeline === true;
}

function incomplete(): OutcomeUnknownError {
  return new OutcomeUnknownError(
    'The number of replies to EXEC differs from the number of commands in the transaction. It may have run.',
    { reason: 'protocol', outcome: 'unknown' },
  );
}

function ignore(): void {
  // The transaction's caller gets the error.
}

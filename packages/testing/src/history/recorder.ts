import { checkKnownOptions } from '@redis-resilience/core/protocol';
import { knownOutcome } from './known-outcome.ts';
import type { Operation, OperationResult, Outcome } from './operation.ts';
import { recordedClient } from './recorded-client.ts';
import { replyOf, transactionReplyOf } from './reply.ts';
import { commandsOf, type Task } from './task.ts';

/** Options of a {@link HistoryRecorder}. */
export interface RecorderOptions {
  /**
   * Returns milliseconds that never go back. @default the machine's monotonic clock, which all processes on the machine
   * share, so that their histories can be joined
   */
  readonly now?: () => number;
  /**
   * Returns the outcome of an operation that failed with this error. @default the error's own `outcome`; otherwise
   * `refused` for an error reply from the server, and `unknown` for all others
   */
  readonly outcomeOf?: (error: unknown) => Outcome;
}

/**
 * Records operations as they happen, for {@link checkHistory}.
 *
 * @example
 * const recorder = new HistoryRecorder();
 * const client = recorder.client('worker-1', new Redis());
 * await client.incr('visits');
 * checkHistory(recorder.operations).verdict; // 'holds'
 */
export class HistoryRecorder {
  readonly #now: () => number;
  readonly #outcomeOf: (error: unknown) => Outcome;
  readonly #operations: Operation[] = [];
  #lastAt = -Infinity;

  constructor(options: RecorderOptions = {}) {
    checkKnownOptions('HistoryRecorder', options, { now: true, outcomeOf: true });
    const { now = machineNow, outcomeOf = knownOutcome } = options;
    this.#now = now;
    this.#outcomeOf = outcomeOf;
  }

  /** All operations so far, in the order in which they were invoked; those that have not ended are `pending`. */
  get operations(): readonly Operation[] {
    return [...this.#operations];
  }

  /**
   * Runs and records one operation: `run` is called immediately, and its result or rejection is passed on.
   *
   * @example
   * await recorder.run('worker-1', ['set', 'lock', 'me', 'nx'], () => client.set('lock', 'me', 'NX'));
   */
  run<T>(process: string, task: Task, run: () => Promise<T>, database?: string): Promise<T> {
    const isTransaction = 'multi' in task;
    const operation: Operation = {
      process,
      commands: commandsOf(task),
      isTransaction,
      ...(database === undefined ? {} : { database }),
      invokedAt: this.#tick(),
      result: { kind: 'pending' },
    };
    const index = this.#operations.push(operation) - 1;
    const settle = (result: OperationResult): void => {
      this.#operations[index] = { ...operation, returnedAt: this.#tick(), result };
    };
    return started(run).then(
      (value) => {
        const reply = isTransaction
          ? transactionReplyOf(
              value,
              operation.commands.map(({ name }) => name),
            )
          : replyOf(value);
        settle({ kind: 'answered', reply });
        return value;
      },
      (error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        settle({ kind: 'failed', outcome: this.#outcomeOf(error), message });
        throw error;
      },
    );
  }

  /**
   * Returns a client that records every command that can be checked (see `modelledCommands`), including those of
   * `multi()` and `pipeline()`. Calls that are not recorded go through unchanged. The commands must be methods of the
   * client that return promises, as in ioredis, iovalkey and node-redis.
   */
  client<Client extends object>(process: string, client: Client): Client {
    return recordedClient(client, (task, run) => this.run(process, task, run));
  }

  // Returns a time that is later than all earlier ones, so that the order of events in this process is preserved even
  // within one millisecond.
  #tick(): number {
    this.#lastAt = Math.max(this.#now(), this.#lastAt + 0.001);
    return this.#lastAt;
  }
}

async function started<T>(run: () => Promise<T>): Promise<T> {
  return run();
}

function machineNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

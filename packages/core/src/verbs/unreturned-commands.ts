import { ConfigurationError } from '../errors.ts';
import { tellMistake } from '../observability/told-mistakes.ts';

/** What `UnreturnedCommands` has to know about the client that operations get. */
export interface CommandsInSight {
  /** Number of the client's calls that are waiting or in flight. */
  readonly pendingOfMain: number;
  /** Returns whether commands are sent at once, and when a reply was last read. */
  line(): { readonly isReady: boolean; readonly readAt: number | undefined };
}

/**
 * Notices an operation that issues commands and ends before any of them can have been answered, because it neither
 * returns nor awaits their promises. The caller of such an operation gets undefined, and the operation's fallback is
 * never used.
 */
export class UnreturnedCommands {
  readonly #commands: CommandsInSight;
  readonly #readAt: number | undefined;
  readonly #before: number;
  #issued = 0;

  /** Create this object just before the operation is called. */
  constructor(commands: CommandsInSight) {
    this.#commands = commands;
    this.#readAt = commands.line().readAt;
    this.#before = commands.pendingOfMain;
  }

  /**
   * Call as soon as the operation has returned its promise. No other code has run since this object was created, so the
   * operation itself has issued all commands that were issued since then.
   */
  called(): void {
    this.#issued = this.#commands.pendingOfMain - this.#before;
  }

  /**
   * Call with the value with which the operation has ended. A mistake is reported only once for each place in the
   * application's code.
   */
  ended(value: unknown): void {
    if (value !== undefined || this.#issued <= 0) return;
    const { isReady, readAt } = this.#commands.line();
    const isPending =
      isReady && readAt === this.#readAt && this.#commands.pendingOfMain >= this.#before + this.#issued;
    if (!isPending) return;
    tellMistake(
      new ConfigurationError(
        'The function given to execute() ended while its commands were pending, so nobody waits for them, and the ' +
          "fallback is never used. Return their promise: execute((redis) => redis.get('views')).",
      ),
    );
  }
}

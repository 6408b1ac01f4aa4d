import type { Clock } from '../../clock.ts';
import type { DriverCommand } from '../../driver/driver-command.ts';
import { isReplyError } from '../../replies/connection-error.ts';
import { codeOfReply } from '../../replies/reply-error.ts';

/** A replica that refused a read gets no reads for this many milliseconds. */
const restMs = 1_000;

/**
 * Knows whether a replica has just refused a read because it lacks the data of its primary: its connection to the
 * primary is down (MASTERDOWN), or it is loading (LOADING).
 */
export class Staleness {
  readonly #clock: Pick<Clock, 'now'>;
  #until = -Infinity;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  get isStale(): boolean {
    return this.#clock.now() < this.#until;
  }

  /** Call with each command that is sent to the replica. */
  watch(command: DriverCommand): void {
    const { reject } = command;
    command.reject = (error) => {
      command.reject = reject;
      if (isReplyError(error) && /^(MASTERDOWN|LOADING)$/.test(codeOfReply(error.message)))
        this.#until = this.#clock.now() + restMs;
      return reject.call(command, error);
    };
  }
}

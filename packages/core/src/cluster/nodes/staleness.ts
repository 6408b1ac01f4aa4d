import type { Clock } from '../../clock.ts';
import type { DriverCommand } from '../../driver/driver-command.ts';
import type { TrackedCall } from '../../driver/tracked-call.ts';
import { isReplyError } from '../../replies/connection-error.ts';
import { codeOfReply } from '../../replies/reply-error.ts';

/** A replica that refused a read gets no reads for this many milliseconds. */
const restMs = 1_000;

const refusedByReplica = new WeakSet<TrackedCall>();

/**
 * Returns whether the last refusal of a call came from a replica, which says nothing about the primary of the slot.
 * Returns true only once for each refusal.
 */
export function takeReplicaRefusal(call: TrackedCall): boolean {
  return refusedByReplica.delete(call);
}

/**
 * Knows whether a replica has just refused a read because it cannot serve any: its connection to the primary is down
 * (MASTERDOWN), it is loading (LOADING), or it sees no cluster (CLUSTERDOWN), as after CLUSTER RESET.
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
    const { reject, call } = command;
    command.reject = (error) => {
      command.reject = reject;
      if (isReplyError(error) && /^(MASTERDOWN|LOADING|CLUSTERDOWN)$/.test(codeOfReply(error.message))) {
        this.#until = this.#clock.now() + restMs;
        if (call !== undefined) refusedByReplica.add(call);
      }
      return reject.call(command, error);
    };
  }
}

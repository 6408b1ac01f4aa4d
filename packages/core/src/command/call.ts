import type { DriverCommand } from '../driver/driver-command.ts';
import type { TrackedCall } from '../driver/tracked-call.ts';
import type { Batch } from './batch.ts';
import type { CommandTraits } from '../catalogue/command-traits.ts';
import type { Lane } from '../snapshot.ts';
import type { SlowPathState } from './slow-path.ts';
import type { Flush } from '../event-loop/flush.ts';

/** Who decides what becomes of a call: the gate it came through. */
export interface CallOwner {
  answered(call: Call, value: unknown, command: DriverCommand): void;
  failed(call: Call, error: Error, command: DriverCommand): void;
}

/**
 * One tracked call: a single command, or a pipeline as a whole. Kept small, because every command allocates one; it
 * is a link of whichever list it is in (in flight or waiting), so that it costs no list node.
 */
export class Call implements TrackedCall {
  readonly owner: CallOwner;
  readonly command: DriverCommand;
  readonly traits: CommandTraits;
  /** The driver's own settlers; calling one of them answers the caller. */
  readonly resolve: (value: unknown) => unknown;
  readonly reject: (error: Error) => unknown;
  /** When it was handed to the driver; its deadline counts from there. */
  sent: Flush | undefined = undefined;
  /** When its bytes were given to a socket; undefined while they were not. */
  written: Flush | undefined = undefined;
  next: Call | undefined = undefined;
  previous: Call | undefined = undefined;
  /** How often it was handed to the driver. */
  sends = 0;
  settled = false;
  batch: Batch | undefined = undefined;
  slow: SlowPathState | undefined = undefined;

  constructor(owner: CallOwner, command: DriverCommand, traits: CommandTraits) {
    this.owner = owner;
    this.command = command;
    this.traits = traits;
    this.resolve = command.resolve;
    this.reject = command.reject;
  }

  get name(): string {
    return this.traits.name;
  }

  get blockingMs(): number | undefined {
    return this.slow?.blockingMs;
  }

  get released(): boolean {
    return this.slow?.released === true;
  }

  set released(value: boolean) {
    if (this.slow !== undefined) this.slow.released = value;
  }
}

/** The lane of a call: a pipeline goes by its worst command. */
export function laneOf(call: Call): Lane {
  return call.batch?.lane ?? call.traits.lane;
}

/** Makes the driver report to the call instead of to the caller. Whoever wraps the settlers may drop their receiver. */
export function track(owner: CallOwner, command: DriverCommand, traits: CommandTraits): Call {
  const call = new Call(owner, command, traits);
  command.call = call;
  command.resolve = (value) => resolveTracked.call(command, value);
  command.reject = (error) => rejectTracked.call(command, error);
  return call;
}

/** As {@link track}, for the fast path, on which nobody stands between us and the driver's reader. */
export function trackFast(owner: CallOwner, command: DriverCommand, traits: CommandTraits): Call {
  const call = new Call(owner, command, traits);
  command.call = call;
  command.resolve = resolveTracked;
  command.reject = rejectTracked;
  return call;
}

// Shared by all commands, so that tracking one allocates no closure. The driver calls both as methods.
function resolveTracked(this: DriverCommand, value: unknown): unknown {
  const call = this.call as Call;
  call.owner.answered(call, value, this);
  return this.promise;
}

function rejectTracked(this: DriverCommand, error: Error): void {
  const call = this.call as Call;
  call.owner.failed(call, error, this);
}

import { maySendAgain, maySendAllAgain, type CategoryOverrides } from '../catalogue/categorise.ts';
import { traitsOf, type CommandTraits } from '../catalogue/command-traits.ts';
import { waitsUntilDone } from '../catalogue/lasting-command.ts';
import type { Circuit } from '../circuit/circuit.ts';
import type { LaneCircuits } from '../circuit/lane-circuits.ts';
import type { DriverCommand } from '../driver/driver-command.ts';
import type { ReleaseBook, TrackedCall } from '../driver/tracked-call.ts';
import { isRedisResilienceError, type Outcome } from '../errors.ts';
import type { Lane } from '../snapshot.ts';
import type { Flush } from '../event-loop/flush.ts';
import type { Batch } from './batch/batch.ts';
import type { Happening } from './happening.ts';
import { SlowPathState, type Issue } from './slow-path.ts';

/** Receives, on behalf of the call's gate, what the driver reports about a call. */
export interface CallOwner {
  /** The option `retry.categories`. */
  readonly categories: CategoryOverrides | undefined;
  answered(call: Call, value: unknown, command: DriverCommand): void;
  failed(call: Call, error: Error, command: DriverCommand): void;
  /** Called when the caller withdraws the call, whose promise is then rejected with `error`. */
  withdraw(call: Call, error: Error): void;
}

/**
 * One tracked call: a single command, or a pipeline as a whole. Every command allocates a `Call`, so it has few fields,
 * and is itself a node of the linked list that holds it.
 */
export class Call implements TrackedCall {
  readonly owner: CallOwner;
  readonly command: DriverCommand;
  readonly traits: CommandTraits;
  /** The driver's original `resolve` and `reject`, which settle the caller's promise. */
  readonly resolve: (value: unknown) => unknown;
  readonly reject: (error: Error) => unknown;
  /** The flush (one write to a socket) in which the driver got the call; undefined if the driver has not got it. */
  sent: Flush | undefined = undefined;
  /** The flush that contains the bytes of the call; undefined until that flush is known. */
  written: Flush | undefined = undefined;
  next: Call | undefined = undefined;
  previous: Call | undefined = undefined;
  /** Number of times the call was passed to the driver. */
  sends = 0;
  settled = false;
  batch: Batch | undefined = undefined;
  slow: SlowPathState | undefined = undefined;
  /**
   * The circuits of the server that the call was last sent to, if that server has circuits of its own, as a Cluster
   * node does.
   */
  circuits: LaneCircuits | undefined = undefined;

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

  get isBatch(): boolean {
    return this.batch !== undefined;
  }

  get isTransaction(): boolean {
    return this.batch?.isTransaction === true;
  }

  get isQueued(): boolean {
    return this.isTransaction || this.slow?.multi !== undefined;
  }

  get isPlain(): boolean {
    return this.slow === undefined || this.batch?.isDirect === true;
  }

  get retryLane(): Lane | undefined {
    const { batch, traits, command } = this;
    const { categories } = this.owner;
    if (batch === undefined) return maySendAgain(traits, command.args, categories) ? traits.lane : undefined;
    const commands = batch.commands.map((each) => each.command);
    return maySendAllAgain(commands, categories) ? batch.lane : undefined;
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

  get releases(): ReleaseBook | undefined {
    return this.slow?.releases;
  }

  set releases(value: ReleaseBook | undefined) {
    if (this.slow !== undefined) this.slow.releases = value;
  }
}

/**
 * The properties of a call that `decide` reads. All of them are properties of `Call`, so `decide` can be called with a
 * `Call`, and no object has to be created.
 */
export interface CallFacts {
  readonly command: { readonly args: readonly unknown[] };
  readonly traits: CommandTraits;
  readonly sends: number;
  /** The flush in which the driver got the call; undefined if the driver has not got it. */
  readonly sent: object | undefined;
  readonly written: { readonly isWritten: boolean } | undefined;
  readonly batch:
    { readonly lane: Lane; readonly commands: readonly { readonly command: BatchedFacts }[] } | undefined;
  readonly slow:
    | (Pick<SlowPathState, 'outcome' | 'released' | 'isGuarded'> &
        Partial<Pick<SlowPathState, 'refusal' | 'multi'>>)
    | undefined;
}

type BatchedFacts = Pick<DriverCommand, 'name' | 'args'>;

export type SlowCall = Call & { slow: SlowPathState };

export function isSlow(call: Call): call is SlowCall {
  return call.slow !== undefined;
}

export function onSlowPath(call: Call, issue: Issue): SlowCall {
  call.slow = new SlowPathState(issue);
  return call as SlowCall;
}

/** Returns the call with slow-path state, which is added if the call has only been on the fast path so far. */
export function slowCallOf(call: Call, timeoutMs: number, now: number): SlowCall {
  if (isSlow(call)) return call;
  const allowedMs = waitsUntilDone(call.name, call.command, 'ready') ? Infinity : timeoutMs;
  return onSlowPath(call, { issuedAt: call.sent?.at ?? now, allowedMs });
}

/** Prepares a call for a retry: resets the state of the attempt that has just ended with `outcome`. */
export function prepareResend(call: SlowCall, outcome: Outcome, stalledMs: number, ended: Happening): void {
  call.slow.refusal = ended.kind === 'refused' ? ended : undefined;
  if (outcome === 'unknown') call.slow.outcome = 'unknown';
  call.slow.stalledMs = stalledMs;
  call.slow.released = false;
  call.sent = undefined;
  call.written = undefined;
  call.batch?.reset(outcome);
  // Only a waiting batch needs its size, so the size of a batch that was sent on arrival has not been determined yet.
  if (call.slow.bytes === 0) call.slow.bytes = call.batch?.bytes() ?? 0;
}

/** Returns the part of a call that contains its due time and its place in a queue ordered by due time. */
export function slowStateOf({ slow }: SlowCall): SlowPathState {
  return slow;
}

/** Returns whether a call only reads and has no `patienceMs`, so that the call may be abandoned without a loss. */
export function isPlainRead({ traits, batch, command }: Call): boolean {
  const isRead = ({ kind, effect }: CommandTraits): boolean =>
    (kind === 'ordinary' || kind === 'cursor') && effect === 'read';
  if (batch === undefined) return isRead(traits) && command.patienceMs === undefined;
  return batch.commands.every(({ command }) => isRead(traitsOf(command.name)));
}

/** Returns whether a call is a read or a write (its lane); a pipeline is a write if any of its commands is one. */
export function laneOf(call: Call): Lane {
  return call.batch?.lane ?? call.traits.lane;
}

/**
 * Returns the circuit that admits or rejects a call: the circuit of the call's server, if that server has circuits of
 * its own, as a Cluster node does, otherwise the circuit for the whole of Redis. While the circuit for the whole of
 * Redis is not closed, that circuit decides for all servers.
 */
export function circuitOf(call: Call, whole: LaneCircuits): Circuit {
  const lane = laneOf(call);
  const own = whole[lane].admitsAll ? call.circuits : undefined;
  return (own ?? whole)[lane];
}

/** Returns the command name of a call; `pipeline` or `multi` for several commands that are sent as a unit. */
export function callName({ traits, batch }: Call): string {
  if (batch === undefined) return traits.name;
  return batch.isTransaction ? 'multi' : 'pipeline';
}

/**
 * Makes the driver report the result of `command` to the call's gate instead of the caller. Closures are needed,
 * because tracing wrappers may call `resolve` and `reject` without `this`.
 */
export function track(command: DriverCommand, call: Call): void {
  command.call = call;
  command.resolve = (value) => resolveTracked.call(command, value);
  command.reject = (error) => rejectTracked.call(command, error);
}

/**
 * Like {@link track}, but without closures. They are not needed if only the driver's reader settles the command,
 * because the reader calls `resolve` and `reject` as methods of the command.
 */
export function trackFast(command: DriverCommand, call: Call): void {
  command.call = call;
  command.resolve = resolveTracked;
  command.reject = rejectTracked;
}

function resolveTracked(this: DriverCommand, value: unknown): unknown {
  const call = this.call as Call;
  call.owner.answered(call, value, this);
  return this.promise;
}

function rejectTracked(this: DriverCommand, error: Error): void {
  const call = this.call as Call;
  call.owner.failed(call, error, this);
}

/** Rejects the promise of the caller, or of all callers of a batch, with an error. */
export function reject(call: Call, error: Error): void {
  call.settled = true;
  if (call.batch === undefined) rejectCaller(call, error);
  else call.batch.rejectAll(error);
}

/**
 * Rejects the caller's promise for a single command. If the caller ignores the promise, an error of this library does
 * not become an unhandled rejection, because an outage must not crash a process that publishes without awaiting.
 */
export function rejectCaller(call: Call, error: Error): void {
  if (isRedisResilienceError(error)) call.command.promise.catch(ignore);
  call.reject(error);
}

function ignore(): void {
  // The event `command-failed` reports the error.
}

import { maySendAgain, maySendAllAgain } from '../catalogue/categorise.ts';
import { traitsOf, type CommandTraits } from '../catalogue/command-traits.ts';
import type { Circuit } from '../circuit/circuit.ts';
import type { LaneCircuits } from '../circuit/lane-circuits.ts';
import type { DriverCommand } from '../driver/driver-command.ts';
import type { TrackedCall } from '../driver/tracked-call.ts';
import { isRedisResilienceError, type Outcome } from '../errors.ts';
import type { Lane } from '../snapshot.ts';
import type { Flush } from '../event-loop/flush.ts';
import type { Batch } from './batch/batch.ts';
import { SlowPathState, type Issue } from './slow-path.ts';

/** What the driver makes of a call is reported to the gate it came through. */
export interface CallOwner {
  answered(call: Call, value: unknown, command: DriverCommand): void;
  failed(call: Call, error: Error, command: DriverCommand): void;
  /** Its caller withdraws it, and gets this error. */
  withdraw(call: Call, error: Error): void;
}

/**
 * One tracked call: a single command, or a pipeline as a whole. Kept small, because every command allocates one; it is
 * a link of whichever list it is in, so that it costs no list node.
 */
export class Call implements TrackedCall {
  readonly owner: CallOwner;
  readonly command: DriverCommand;
  readonly traits: CommandTraits;
  /** The driver's own settlers; calling one of them answers the caller. */
  readonly resolve: (value: unknown) => unknown;
  readonly reject: (error: Error) => unknown;
  /** When it was handed to the driver; undefined while it is not there. */
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

  get isBatch(): boolean {
    return this.batch !== undefined;
  }

  get isPlain(): boolean {
    return this.slow === undefined || this.batch?.isDirect === true;
  }

  get isDoubtful(): boolean {
    if (this.batch === undefined) return !maySendAgain(this.traits, this.command.args);
    return !maySendAllAgain(this.batch.commands.map(({ command }) => command));
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

/** What is decided by of a call. A `Call` is one: it is passed as it is, so that a success allocates nothing. */
export interface CallFacts {
  readonly command: { readonly args: readonly unknown[] };
  readonly traits: CommandTraits;
  readonly sends: number;
  /** Undefined while it is not with the driver. */
  readonly sent: object | undefined;
  readonly written: { readonly isWritten: boolean } | undefined;
  readonly batch:
    { readonly lane: Lane; readonly commands: readonly { readonly command: BatchedFacts }[] } | undefined;
  readonly slow:
    { readonly outcome: Outcome; readonly released: boolean; readonly isGuarded: boolean } | undefined;
}

interface BatchedFacts {
  readonly name: string;
  readonly args: readonly unknown[];
}

/** A call that has its slow-path state. */
export type SlowCall = Call & { slow: SlowPathState };

export function isSlow(call: Call): call is SlowCall {
  return call.slow !== undefined;
}

export function onSlowPath(call: Call, issue: Issue): SlowCall {
  call.slow = new SlowPathState(issue);
  return call as SlowCall;
}

/** A call that may have been sent on the fast path until now. */
export function slowCallOf(call: Call, timeoutMs: number, now: number): SlowCall {
  if (isSlow(call)) return call;
  return onSlowPath(call, { issuedAt: call.sent?.at ?? now, allowedMs: timeoutMs });
}

/** Forgets a send that ended with this outcome, because another one follows. */
export function prepareResend(call: SlowCall, outcome: Outcome): void {
  if (outcome === 'unknown') call.slow.outcome = 'unknown';
  call.slow.released = false;
  call.sent = undefined;
  call.written = undefined;
  call.batch?.reset();
}

/** For the queues that ask when a call is due. */
export function slowStateOf({ slow }: SlowCall): SlowPathState {
  return slow;
}

/** Whether all that a call does is to read, so that nothing is lost when nobody waits for its answer. */
export function isPlainRead({ traits, batch }: Call): boolean {
  const isRead = ({ kind, effect }: CommandTraits): boolean =>
    (kind === 'ordinary' || kind === 'cursor') && effect === 'read';
  return batch === undefined
    ? isRead(traits)
    : batch.commands.every(({ command }) => isRead(traitsOf(command.name)));
}

/** The lane of a call; a pipeline goes by its worst command. */
export function laneOf(call: Call): Lane {
  return call.batch?.lane ?? call.traits.lane;
}

/** The circuit that decides about a call: that of the part of Redis that it needs, while the one of the whole is closed. */
export function circuitOf(call: Call, whole: LaneCircuits): Circuit {
  const lane = laneOf(call);
  const own = whole[lane].admitsAll ? call.slow?.circuits : undefined;
  return (own ?? whole)[lane];
}

/** The command of a call; `pipeline` or `multi` where several are sent as one. */
export function callName({ traits, batch }: Call): string {
  if (batch === undefined) return traits.name;
  return batch.isTransaction ? 'multi' : 'pipeline';
}

/**
 * Has the driver report what becomes of `command` to the call's gate instead of to the caller. Closures, because tracing
 * wrappers may call `resolve` and `reject` without `this`.
 */
export function track(command: DriverCommand, call: Call): void {
  command.call = call;
  command.resolve = (value) => resolveTracked.call(command, value);
  command.reject = (error) => rejectTracked.call(command, error);
}

/** As {@link track}, without a closure: on the fast path only the driver's reader calls them, as methods. */
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

/** Answers its caller, or those of all commands of a batch, with an error. */
export function reject(call: Call, error: Error): void {
  call.settled = true;
  if (call.batch === undefined) rejectCaller(call, error);
  else call.batch.rejectAll(error);
}

/**
 * Answers the caller of a single command with an error. An error of ours reaches the caller who looks, and never becomes
 * an unhandled rejection of one who does not: an outage must not end a process that publishes without waiting.
 */
export function rejectCaller(call: Call, error: Error): void {
  if (isRedisResilienceError(error)) call.command.promise.catch(ignore);
  call.reject(error);
}

/** A doubly linked list threaded through its calls: it adds and removes in constant time and allocates nothing. */
export class CallList {
  head: Call | undefined = undefined;
  tail: Call | undefined = undefined;
  length = 0;

  /** `call` must be in no list. */
  push(call: Call): void {
    call.previous = this.tail;
    if (this.tail === undefined) this.head = call;
    else this.tail.next = call;
    this.tail = call;
    this.length++;
  }

  /** `call` must be in this list. */
  remove(call: Call): void {
    const { next, previous } = call;
    if (previous === undefined) this.head = next;
    else previous.next = next;
    if (next === undefined) this.tail = previous;
    else next.previous = previous;
    call.next = undefined;
    call.previous = undefined;
    this.length--;
  }
}

function ignore(): void {
  // The event `command-failed` reports it.
}

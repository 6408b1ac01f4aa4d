import type { TimerHandle } from '../clock.ts';
import type { DriverCommand, PipelineStream } from '../ioredis.ts';
import type { Batch } from './batch.ts';
import type { CommandTraits } from './command-traits.ts';
import type { Outcome } from '../errors.ts';
import type { RequestBudget } from './request-budget.ts';
import type { Turn } from './turn.ts';

/** Who decides what becomes of an entry: the gate it came through. */
export interface EntryOwner {
  answered(entry: Entry, value: unknown, command: DriverCommand): void;
  failed(entry: Entry, error: Error, command: DriverCommand): void;
}

/**
 * One tracked call: a single command, or a pipeline as a whole. Kept small, because every command allocates one; it
 * is a link of whichever list it is in (in flight or waiting), so that it costs no list node.
 */
export class Entry {
  readonly owner: EntryOwner;
  readonly command: DriverCommand;
  readonly traits: CommandTraits;
  /** The driver's own settlers; calling one of them answers the caller. */
  readonly resolve: (value: unknown) => unknown;
  readonly reject: (error: Error) => unknown;
  /** When it was handed to the driver; its deadline counts from there. */
  turn: Turn | undefined = undefined;
  /** When its bytes were given to a socket; undefined while they were not. */
  written: Turn | undefined = undefined;
  next: Entry | undefined = undefined;
  previous: Entry | undefined = undefined;
  attempts = 0;
  settled = false;
  batch: Batch | undefined = undefined;
  late: LateRecord | undefined = undefined;

  constructor(owner: EntryOwner, command: DriverCommand, traits: CommandTraits) {
    this.owner = owner;
    this.command = command;
    this.traits = traits;
    this.resolve = command.resolve;
    this.reject = command.reject;
  }
}

/** What only entries off the fast path carry. */
export interface LateRecord {
  issuedAt: number;
  expiresAt: number;
  deadlineAt: number;
  bytes: number;
  /** What is known of all its attempts so far: once `unknown`, always `unknown`. */
  outcome: Outcome;
  stream: PipelineStream | undefined;
  node: unknown;
  /** Milliseconds a blocking command asked for; undefined for all others. */
  blockingMs: number | undefined;
  /** The request whose time it spends. */
  budget: RequestBudget | undefined;
  /** Set when a circuit that is not closed let it pass as a trial. */
  generation: number | undefined;
  /** Its own deadline, where the common one does not fit, or its pause before another attempt. */
  timer: TimerHandle | undefined;
  /** In which part of the queue it waits, if it does. */
  waitsAs: 'returned' | 'fresh' | undefined;
}

/** Makes the driver report to the entry instead of to the caller. */
export function track(owner: EntryOwner, command: DriverCommand, traits: CommandTraits): Entry {
  const entry = new Entry(owner, command, traits);
  command.entry = entry;
  command.resolve = resolveTracked;
  command.reject = rejectTracked;
  return entry;
}

// Shared by all commands, so that tracking one allocates no closure. The driver calls both as methods.
function resolveTracked(this: DriverCommand, value: unknown): unknown {
  const entry = this.entry as Entry;
  entry.owner.answered(entry, value, this);
  return this.promise;
}

function rejectTracked(this: DriverCommand, error: Error): void {
  const entry = this.entry as Entry;
  entry.owner.failed(entry, error, this);
}

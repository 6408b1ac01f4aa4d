import type { DriverCommand, PipelineStream } from '../driver/driver-command.ts';
import { Batch } from './batch.ts';
import { traitsOf } from '../catalogue/command-traits.ts';
import { track, type Entry, type EntryOwner } from './entry.ts';
import { lateRecord, type LateRecord } from './late-record.ts';
import { sizeOf } from './size-of.ts';

export interface BatchCollectorGate {
  readonly owner: EntryOwner;
  now(): number;
  timeoutMs: number;
  /** Whether a pipeline may go on while it is still being gathered. */
  runsAtOnce(): boolean;
  start(entry: Entry, late: LateRecord): void;
  send(command: DriverCommand, stream: PipelineStream, node: unknown): void;
  /** All members are here; they were sent already when it ran at once. */
  complete(entry: Entry, late: LateRecord, ranAtOnce: boolean): void;
}

/** Gathers the members of one pipeline, which ioredis hands over one by one in a synchronous loop. */
export class BatchCollector {
  readonly #gate: BatchCollectorGate;
  #current: { readonly stream: PipelineStream; readonly entry: Entry; readonly batch: Batch } | undefined;

  constructor(gate: BatchCollectorGate) {
    this.#gate = gate;
  }

  add(command: DriverCommand, stream: PipelineStream, node: unknown): void {
    let current = this.#current;
    if (current === undefined || current.stream !== stream) {
      current = this.#begin(command, stream, node);
      this.#current = current;
    }
    const { entry, batch } = current;
    batch.add(command);
    track(this.#gate.owner, command, entry.traits);
    command.call = entry;
    if (entry.sent !== undefined) this.#gate.send(command, stream, node);
  }

  #begin(
    command: DriverCommand,
    stream: PipelineStream,
    node: unknown,
  ): { readonly stream: PipelineStream; readonly entry: Entry; readonly batch: Batch } {
    const gate = this.#gate;
    const entry = track(gate.owner, command, traitsOf(command.name));
    // Each member is tracked by itself, the first one as well.
    command.resolve = entry.resolve;
    command.reject = entry.reject;
    const batch = new Batch();
    const late = lateRecord({ issuedAt: gate.now(), allowedMs: gate.timeoutMs, stream, node });
    entry.batch = batch;
    entry.late = late;
    const ranAtOnce = gate.runsAtOnce();
    if (ranAtOnce) gate.start(entry, late);
    process.nextTick(() => {
      if (this.#current?.entry === entry) this.#current = undefined;
      batch.isComplete = true;
      for (const { command: member } of batch.members) late.bytes += sizeOf(member.args);
      gate.complete(entry, late, ranAtOnce);
    });
    return { stream, entry, batch };
  }
}

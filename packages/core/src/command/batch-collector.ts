import type { DriverCommand, PipelineStream } from '../driver/driver-command.ts';
import { Batch } from './batch.ts';
import { traitsOf } from '../catalogue/command-traits.ts';
import { track, type Call, type CallOwner } from './call.ts';
import { slowPathState, type SlowPathState } from './slow-path.ts';
import { sizeOf } from './size-of.ts';

export interface BatchCollectorGate {
  readonly owner: CallOwner;
  now(): number;
  timeoutMs: number;
  /** Whether a pipeline may go on while it is still being gathered. */
  runsAtOnce(): boolean;
  start(call: Call, slow: SlowPathState): void;
  send(command: DriverCommand, stream: PipelineStream, node: unknown): void;
  /** All commands are here; they were sent already when it ran at once. */
  complete(call: Call, slow: SlowPathState, ranAtOnce: boolean): void;
}

/** Gathers the commands of one pipeline, which ioredis hands over one by one in a synchronous loop. */
export class BatchCollector {
  readonly #gate: BatchCollectorGate;
  #current: { readonly stream: PipelineStream; readonly call: Call; readonly batch: Batch } | undefined;

  constructor(gate: BatchCollectorGate) {
    this.#gate = gate;
  }

  add(command: DriverCommand, stream: PipelineStream, node: unknown): void {
    let current = this.#current;
    if (current === undefined || current.stream !== stream) {
      current = this.#begin(command, stream, node);
      this.#current = current;
    }
    const { call, batch } = current;
    batch.add(command);
    track(this.#gate.owner, command, call.traits);
    command.call = call;
    if (call.sent !== undefined) this.#gate.send(command, stream, node);
  }

  #begin(
    command: DriverCommand,
    stream: PipelineStream,
    node: unknown,
  ): { readonly stream: PipelineStream; readonly call: Call; readonly batch: Batch } {
    const gate = this.#gate;
    const call = track(gate.owner, command, traitsOf(command.name));
    // Each command is tracked by itself, the first one as well.
    command.resolve = call.resolve;
    command.reject = call.reject;
    const batch = new Batch();
    const slow = slowPathState({ issuedAt: gate.now(), allowedMs: gate.timeoutMs, stream, node });
    call.batch = batch;
    call.slow = slow;
    const ranAtOnce = gate.runsAtOnce();
    if (ranAtOnce) gate.start(call, slow);
    process.nextTick(() => {
      if (this.#current?.call === call) this.#current = undefined;
      batch.isComplete = true;
      for (const { command: each } of batch.commands) slow.bytes += sizeOf(each.args);
      gate.complete(call, slow, ranAtOnce);
    });
    return { stream, call, batch };
  }
}

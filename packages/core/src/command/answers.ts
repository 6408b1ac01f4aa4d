import type { DriverCommand } from '../driver/driver-command.ts';
import type { ReplyVerdict } from '../replies/reply-error.ts';
import type { Batch } from './batch/batch.ts';
import { JoinedBatch } from './batch/joined-batch.ts';
import type { Call, CallOwner } from './call.ts';
import type { Gate } from './gate.ts';
import { answered, happeningOf } from './happening.ts';
import type { GateParts, Line } from './line.ts';

/** Reads from the answers of the driver what happened to each call, and tells the gate. */
export class Answers implements CallOwner {
  readonly #gate: Gate;
  readonly #parts: GateParts;
  readonly #line: Line;

  constructor(gate: Gate, parts: GateParts, line: Line) {
    this.#gate = gate;
    this.#parts = parts;
    this.#line = line;
  }

  answered(call: Call, value: unknown, command: DriverCommand): void {
    const { batch } = call;
    this.#gate.state.guards.answered(call, command, value);
    if (batch === undefined) this.#gate.answered(call, value);
    else if (batch instanceof JoinedBatch) {
      if (batch.take(value as Buffer)) this.#gate.settle(call, answered);
      else this.finishBatch(call, batch);
    } else {
      batch.settle(command, { ok: true, value });
      this.finishBatch(call, batch);
    }
  }

  failed(call: Call, error: Error, command: DriverCommand): void {
    const { batch } = call;
    if (batch !== undefined && !(batch instanceof JoinedBatch)) {
      batch.settle(command, { ok: false, error });
      this.finishBatch(call, batch);
    } else if (call.settled) {
      // While it answers, the driver found that it cannot read the reply: that error is the caller's.
      call.reject(error);
    } else {
      const happening = happeningOf(error, call.traits.script);
      if (happening.kind === 'refused') this.#judge(happening.verdict, call);
      this.#gate.settle(call, happening);
    }
  }

  withdraw(call: Call, error: Error): void {
    this.#gate.settle(call, { kind: 'withdrawn', error });
  }

  /** Decides for a batch once all its commands are here and settled. */
  finishBatch(call: Call, batch: Batch): void {
    if (call.settled || !batch.isComplete || batch.remaining > 0) return;
    const { happening, verdicts } = batch.result();
    for (const verdict of verdicts) this.#judge(verdict, call);
    this.#gate.settle(call, happening);
  }

  /** Tells what a reply says of more than its own command where that belongs: to the connection, or to the circuit. */
  #judge(verdict: ReplyVerdict, call: Call): void {
    const { cause, circuit, scope } = verdict;
    if (cause === undefined || circuit === 'success' || scope === 'command') return;
    const isOfLane = scope === 'write-lane' && cause !== 'read-only' && cause !== 'cluster-down';
    const circuits = call.slow?.circuits ?? this.#parts.circuits;
    if (isOfLane) circuits.write.trip(cause, this.#parts.settings.clock.now());
    else this.#line.judge(verdict, call);
  }
}

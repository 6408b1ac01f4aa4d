import type { CategoryOverrides } from '../catalogue/categorise.ts';
import type { DriverCommand } from '../driver/driver-command.ts';
import type { ReplyVerdict } from '../replies/reply-error.ts';
import type { Batch } from './batch/batch.ts';
import { JoinedBatch } from './batch/joined-batch.ts';
import { isSlow, type Call, type CallOwner, type SlowCall } from './call.ts';
import type { Dispatch } from './dispatch.ts';
import type { Gate } from './gate.ts';
import { answered, happeningOf } from './happening.ts';
import type { GateParts, Line } from './line.ts';

/**
 * Interprets the driver's result for each command, and reports to the client's gate, which answers, retries or fails
 * the call.
 */
export class Answers implements CallOwner {
  readonly #gate: Gate;
  readonly #parts: GateParts;
  readonly #line: Line;
  readonly #follow: Dispatch['follow'];

  constructor(gate: Gate, parts: GateParts, line: Line, { follow }: Pick<Dispatch, 'follow'>) {
    this.#gate = gate;
    this.#parts = parts;
    this.#line = line;
    this.#follow = follow;
  }

  get categories(): CategoryOverrides {
    return this.#parts.settings.retry.categories;
  }

  answered(call: Call, value: unknown, command: DriverCommand): void {
    const { batch } = call;
    // Scan commands and blocking commands never use the fast path.
    if (isSlow(call)) {
      this.#gate.state.guards.answered(call, command, value);
      if (call.slow.blockingMs !== undefined) this.#gate.state.noteSignOfLife();
    }
    if (batch === undefined) this.#gate.answered(call, value);
    else if (batch instanceof JoinedBatch) {
      const isAccepted = batch.take(value as Buffer);
      const { guards } = this.#gate.state;
      for (const [step, reply] of batch.scanReplies()) guards.answered(call as SlowCall, step, reply);
      if (isAccepted) this.#gate.settle(call, answered);
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
      // The gate settled the call when the reply arrived, but the driver could not convert the reply: the caller gets
      // the driver's error.
      call.reject(error);
    } else {
      const happening = happeningOf(error, call.traits.script, this.#follow !== undefined);
      if (happening.kind === 'refused') this.#judge(happening.verdict, call);
      this.#gate.settle(call, happening);
    }
  }

  withdraw(call: Call, error: Error): void {
    this.#gate.settle(call, { kind: 'withdrawn', error });
  }

  /**
   * If all commands in the batch have arrived and each has its result, passes the combined result on to the gate. A
   * command that a node of a Cluster redirected is first sent to the node that the redirection names.
   */
  finishBatch(call: Call, batch: Batch): void {
    if (call.settled || !batch.isComplete || batch.remaining > 0) return;
    const redirected = this.#follow === undefined ? [] : batch.takeRedirected();
    for (const command of redirected) this.#follow?.(command);
    if (redirected.length > 0) return;
    const { happening, verdicts } = batch.result();
    for (const verdict of verdicts) this.#judge(verdict, call);
    if (happening.kind === 'refused' && happening.verdict.code === 'MOVED')
      this.#line.judge(happening.verdict, call);
    this.#gate.settle(call, happening);
  }

  /**
   * If an error reply says something about the server, and not only about its command, reports that to the write
   * circuit or to the connection.
   */
  #judge(verdict: ReplyVerdict, call: Call): void {
    const { cause, circuit, scope } = verdict;
    if (cause === undefined || circuit === 'success' || scope === 'command') return;
    const isOfLane = scope === 'write-lane' && cause !== 'read-only' && cause !== 'cluster-down';
    const circuits = call.circuits ?? this.#parts.circuits;
    if (isOfLane) circuits.write.trip(cause, this.#parts.settings.clock.now());
    else this.#line.judge(verdict, call);
  }
}

import type { SendCommand } from '../driver/driver-command.ts';
import type { Dispatch } from './dispatch.ts';
import { laneOf, type Call } from './call.ts';
import type { GateHost } from './gate-host.ts';
import type { SlowPathState } from './slow-path.ts';
import { circuitOpen } from './refusals.ts';
import type { Settler } from './settler.ts';
import type { TransactionGuard } from './transaction-guard.ts';

/** Makes one attempt at a call on the slow path: past its transaction's guard and its circuit, to the driver. */
export class Attempts {
  readonly #host: GateHost;
  readonly #dispatch: Dispatch;
  readonly #settler: Settler;
  readonly #transactions: TransactionGuard;

  constructor(host: GateHost, dispatch: Dispatch, settler: Settler, transactions: TransactionGuard) {
    this.#host = host;
    this.#dispatch = dispatch;
    this.#settler = settler;
    this.#transactions = transactions;
  }

  make(call: Call, slow: SlowPathState): void {
    const lost = this.#transactions.check(call);
    if (lost !== undefined) {
      this.#settler.fail(call, lost);
      return;
    }
    if (!this.#passesCircuit(call, slow)) return;
    this.start(call, slow);
    const { stream, node } = slow;
    const { send } = this.#dispatch;
    const handOver: SendCommand = (command) =>
      slow.inContext === undefined
        ? send(command, stream, node)
        : slow.inContext(send, command, stream, node);
    if (call.batch === undefined) {
      handOver(call.command);
      return;
    }
    this.#dispatch.beforeBatch(node);
    for (const batched of call.batch.commands) handOver(batched.command);
  }

  /** Counts the attempt from now on; whoever calls this hands the command to the driver in the same turn. */
  start(call: Call, slow: SlowPathState): void {
    const flush = this.#dispatch.currentFlush();
    call.sent = flush;
    call.written = this.#dispatch.writesAtOnce ? flush : undefined;
    call.sends++;
    this.#settler.inFlight.addSlow(call, slow);
  }

  #passesCircuit(call: Call, slow: SlowPathState): boolean {
    const circuit = this.#host.circuits[laneOf(call)];
    if (circuit.admitsAll) return true;
    const generation = circuit.admit(this.#host.clock.now());
    if (generation >= 0) {
      // Observed, not enforced: it passes, and is no trial.
      if (generation < circuit.generation) this.#host.onWouldRefuse(call);
      slow.generation = generation;
      return true;
    }
    // A server out of memory takes what frees it.
    if (circuit.cause === 'out-of-memory' && call.batch === undefined && call.traits.frees) return true;
    this.#settler.refuse(call, circuitOpen(this.#host, call, circuit.cause));
    return false;
  }
}

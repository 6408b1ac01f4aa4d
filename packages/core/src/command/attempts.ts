import type { SendCommand } from '../driver/driver-command.ts';
import type { Dispatch } from './dispatch.ts';
import { laneOf, type Entry } from './entry.ts';
import type { GateHost } from './gate-host.ts';
import type { LateRecord } from './late-record.ts';
import { circuitOpen } from './refusals.ts';
import type { Settler } from './settler.ts';
import type { TransactionGuard } from './transaction-guard.ts';

/** Makes one attempt at a call off the short way: past its transaction's guard and its circuit, to the driver. */
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

  make(entry: Entry, late: LateRecord): void {
    const lost = this.#transactions.check(entry);
    if (lost !== undefined) {
      this.#settler.fail(entry, lost);
      return;
    }
    if (!this.#passesCircuit(entry, late)) return;
    this.start(entry, late);
    const { stream, node } = late;
    const { long } = this.#dispatch;
    const send: SendCommand = (command) =>
      late.inContext === undefined
        ? long(command, stream, node)
        : late.inContext(long, command, stream, node);
    if (entry.batch === undefined) {
      send(entry.command);
      return;
    }
    this.#dispatch.beforeBatch(node);
    for (const member of entry.batch.members) send(member.command);
  }

  /** Counts the attempt from now on; whoever calls this hands the command to the driver in the same turn. */
  start(entry: Entry, late: LateRecord): void {
    const flush = this.#dispatch.currentFlush();
    entry.sent = flush;
    entry.written = this.#dispatch.writesAtOnce ? flush : undefined;
    entry.attempts++;
    this.#settler.inFlight.addLate(entry, late);
  }

  #passesCircuit(entry: Entry, late: LateRecord): boolean {
    const circuit = this.#host.circuits[laneOf(entry)];
    if (circuit.admitsAll) return true;
    const generation = circuit.admit(this.#host.clock.now());
    if (generation >= 0) {
      // Observed, not enforced: it passes, and is no trial.
      if (generation < circuit.generation) this.#host.onWouldRefuse(entry);
      late.generation = generation;
      return true;
    }
    // A server out of memory takes what frees it.
    if (circuit.cause === 'out-of-memory' && entry.batch === undefined && entry.traits.frees) return true;
    this.#settler.refuse(entry, circuitOpen(this.#host, entry, circuit.cause));
    return false;
  }
}

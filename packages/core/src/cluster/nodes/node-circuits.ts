import { CircuitProbe } from '../../circuit/circuit-probe.ts';
import { Circuit } from '../../circuit/circuit.ts';
import type { LaneCircuits } from '../../circuit/lane-circuits.ts';
import type { CauseCode } from '../../cause.ts';
import type { Settings } from '../../options/settings.ts';
import type { Lane } from '../../snapshot.ts';

/** One node's circuit breakers, and the probes that close them again. */
interface CircuitsOfNode {
  readonly circuits: LaneCircuits;
  readonly probes: Readonly<Record<Lane, CircuitProbe>>;
}

/** Sends an internal command to the node at an address. */
export type AskNode = (address: string, command: string, args: readonly string[]) => Promise<unknown>;

/**
 * Keeps two circuit breakers for each node of a cluster, one for reads and one for writes, because a slow or failing
 * node says nothing about the others.
 */
export class NodeCircuits {
  readonly #settings: Settings;
  readonly #ask: AskNode;
  readonly #onChange: () => void;
  readonly #nodes = new Map<string, CircuitsOfNode>();

  constructor(settings: Settings, ask: AskNode, onChange: () => void) {
    this.#settings = settings;
    this.#ask = ask;
    this.#onChange = onChange;
  }

  of(address: string): LaneCircuits {
    const known = this.#nodes.get(address);
    if (known !== undefined) return known.circuits;
    const made = this.#make(address);
    this.#nodes.set(address, made);
    return made.circuits;
  }

  /** Why a circuit breaker of one of these nodes is not closed; undefined if all are closed. */
  causeAmong(addresses: ReadonlySet<string>): CauseCode | undefined {
    for (const [address, { circuits }] of this.#nodes) {
      const open = circuits.write.admitsAll ? circuits.read : circuits.write;
      if (!open.admitsAll && addresses.has(address)) return open.cause;
    }
    return undefined;
  }

  /** Call when a node has been reached again: closes the circuit breakers that opened because of the node's outage. */
  found(address: string): void {
    const known = this.#nodes.get(address);
    if (known === undefined) return;
    for (const circuit of Object.values(known.circuits)) {
      const { cause } = circuit;
      if (cause === 'slow' || cause === 'error-rate' || cause === 'stalled')
        circuit.close(this.#settings.clock.now());
    }
  }

  /** Call after the process itself has stalled: discards all counts, because they say nothing about the nodes. */
  discardCounts(): void {
    const now = this.#settings.clock.now();
    for (const { circuits } of this.#nodes.values())
      for (const circuit of Object.values(circuits)) circuit.discardCounts(now);
  }

  /** Discards the circuits of all nodes except those at these addresses. */
  retain(addresses: ReadonlySet<string>): void {
    for (const [address, { probes }] of this.#nodes) {
      if (addresses.has(address)) continue;
      for (const probe of Object.values(probes)) probe.stop();
      this.#nodes.delete(address);
    }
  }

  stop(): void {
    this.retain(new Set());
  }

  #make(address: string): CircuitsOfNode {
    const { clock, random, timeoutMs, circuit } = this.#settings;
    const circuitOf = (lane: Lane): Circuit =>
      new Circuit(circuit, {
        clock,
        random,
        deadlineMs: timeoutMs,
        onChange: () => {
          probes[lane].follow();
          this.#onChange();
        },
      });
    const circuits = { read: circuitOf('read'), write: circuitOf('write') };
    const probing = {
      clock,
      ask: (command: string, args: readonly string[]) => this.#ask(address, command, args),
    };
    const probes = {
      read: new CircuitProbe(circuits.read, probing),
      write: new CircuitProbe(circuits.write, probing),
    };
    return { circuits, probes };
  }
}

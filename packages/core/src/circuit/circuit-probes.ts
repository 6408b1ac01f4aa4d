import type { Lane } from '../snapshot.ts';
import type { LaneCircuits } from './lane-circuits.ts';
import { CircuitProbe, type CircuitProbeOptions } from './circuit-probe.ts';

/** The probes of the circuits of one resilience, each made when its circuit first changes: most stay closed. */
export class CircuitProbes {
  readonly #circuits: LaneCircuits;
  readonly #options: CircuitProbeOptions;
  readonly #probes: Partial<Record<Lane, CircuitProbe>> = {};

  constructor(circuits: LaneCircuits, options: CircuitProbeOptions) {
    this.#circuits = circuits;
    this.#options = options;
  }

  /** To be called when the circuit of a lane changed. */
  follow(lane: Lane): void {
    this.#probes[lane] ??= new CircuitProbe(this.#circuits[lane], this.#options);
    this.#probes[lane].follow();
  }

  stop(): void {
    for (const probe of Object.values(this.#probes)) probe.stop();
  }
}

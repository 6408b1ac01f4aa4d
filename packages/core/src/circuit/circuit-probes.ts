import type { Clock } from '../clock.ts';
import type { Lane } from '../snapshot.ts';
import type { LaneCircuits } from './lane-circuits.ts';
import { CircuitProbe, type CircuitProbeOptions } from './circuit-probe.ts';

type Asker = Pick<CircuitProbeOptions, 'ask'>;

/**
 * The probes of the two circuits of one `RedisResilience`. A probe is created when its circuit first changes, because
 * most circuits never open.
 */
export class CircuitProbes {
  readonly #circuits: LaneCircuits;
  readonly #options: CircuitProbeOptions;
  readonly #probes: Partial<Record<Lane, CircuitProbe>> = {};

  /** `asker` sends the commands of the probes. */
  constructor(circuits: LaneCircuits, clock: Clock, asker: Asker) {
    this.#circuits = circuits;
    this.#options = { clock, ask: asker.ask.bind(asker) };
  }

  /** Call when the circuit for reads or the circuit for writes (`lane`) has changed: starts or stops its probe. */
  follow(lane: Lane): void {
    this.#probes[lane] ??= new CircuitProbe(this.#circuits[lane], this.#options);
    this.#probes[lane].follow();
  }

  stop(): void {
    for (const probe of Object.values(this.#probes)) probe.stop();
  }
}

import type { FaultKind } from '../faults.ts';
import type { SimulatedLink } from '../network/simulated-link.ts';
import type { SimulatedNetwork } from '../network/simulated-network.ts';
import type { Findings } from './findings.ts';

/** Faults that do not break connections. */
const harmless: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'freeze',
  'pause-writes',
  'busy',
  'out-of-memory',
  'persistence',
]);

/** Checks that a harmless fault has not closed connections. */
export class StandingSockets {
  readonly #network: SimulatedNetwork;
  readonly #findings: Findings;
  #standing: readonly SimulatedLink[] = [];
  #kind: FaultKind | undefined;

  constructor(network: SimulatedNetwork, findings: Findings) {
    this.#network = network;
    this.#findings = findings;
  }

  /**
   * Must be called when a fault begins. `wasWell` means that the previous fault was so long ago that core has
   * closed the connections that it had opened for checks.
   */
  begin(kind: FaultKind, wasWell: boolean): void {
    const isHarmless = wasWell && harmless.has(kind);
    this.#kind = isHarmless ? kind : undefined;
    this.#standing = isHarmless ? this.#network.links : [];
  }

  /** Must be called a while after the fault, when the servers are reachable and core has had time to react. */
  look(): void {
    const gone = this.#standing.filter(({ isOpen, isBroken }) => !isOpen && !isBroken);
    if (gone.length > 0) {
      this.#findings.add(
        'healthy-replaced',
        `${gone.length} connections, which ${this.#kind} had not broken`,
      );
    }
    this.#standing = [];
  }
}

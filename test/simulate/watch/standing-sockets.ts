import type { FaultKind } from '../faults.ts';
import type { SimulatedLink } from '../network/simulated-link.ts';
import type { SimulatedNetwork } from '../network/simulated-network.ts';
import type { Findings } from './findings.ts';

/** Faults that break no connection. */
const harmless: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'freeze',
  'pause-writes',
  'busy',
  'out-of-memory',
  'persistence',
]);

/** Connections that nothing has broken have to be there after a fault. */
export class StandingSockets {
  readonly #network: SimulatedNetwork;
  readonly #findings: Findings;
  #standing: readonly SimulatedLink[] = [];
  #kind: FaultKind | undefined;

  constructor(network: SimulatedNetwork, findings: Findings) {
    this.#network = network;
    this.#findings = findings;
  }

  /** A fault begins; `wasWell`: for so long that only lasting connections are open. */
  begin(kind: FaultKind, wasWell: boolean): void {
    const isHarmless = wasWell && harmless.has(kind);
    this.#kind = isHarmless ? kind : undefined;
    this.#standing = isHarmless ? this.#network.links : [];
  }

  /** The fault has been over for a while. */
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

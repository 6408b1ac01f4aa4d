import type { Circuit } from '../circuit/circuit.ts';
import { debug } from '../observability/debug.ts';
import type { Lane } from '../snapshot.ts';

/**
 * The isolations that the application holds. Each has a reason, and stops all commands by isolating the circuits of
 * both lanes (reads and writes).
 */
export class Isolations {
  readonly #name: string;
  readonly #circuits: Readonly<Record<Lane, Circuit>>;
  readonly #onChange: () => void;
  #held: readonly { readonly reason: string }[] = [];

  constructor(name: string, circuits: Readonly<Record<Lane, Circuit>>, onChange: () => void) {
    this.#name = name;
    this.#circuits = circuits;
    this.#onChange = onChange;
  }

  /** The reason for the oldest isolation that is still held; undefined if there is none. */
  get reason(): string | undefined {
    return this.#held[0]?.reason;
  }

  /** Isolates both lanes. The returned function ends this isolation; calling it again does nothing. */
  hold(reason: string): () => void {
    debug('%s: isolated by hand (%j)', this.#name, reason);
    const isolation = { reason };
    this.#held = [...this.#held, isolation];
    const releases = [this.#circuits.read.isolate(), this.#circuits.write.isolate()];
    this.#onChange();
    return () => {
      if (!this.#held.includes(isolation)) return;
      debug('%s: put back by hand', this.#name);
      // The circuits are released first, and the reason is forgotten afterwards, so that there is a reason to report as
      // long as one of them is isolated.
      for (const release of releases) release();
      this.#held = this.#held.filter((each) => each !== isolation);
      this.#onChange();
    };
  }
}

import type { Circuit } from '../circuit/circuit.ts';
import { debug } from '../observability/debug.ts';
import { textOf } from '../options/option-readers.ts';
import type { Lane } from '../snapshot.ts';

interface Isolation {
  readonly reason: string;
}

const none: readonly Isolation[] = [];

/**
 * The isolations that the application has started and not yet ended. As long as at least one isolation exists, the
 * circuits for reads and for writes are isolated, so that all commands are rejected.
 */
export class Isolations {
  readonly #name: string;
  readonly #circuits: Readonly<Record<Lane, Circuit>>;
  readonly #onChange: () => void;
  #isClosed = false;
  #held: readonly Isolation[] = none;

  constructor(name: string, circuits: Readonly<Record<Lane, Circuit>>, onChange: () => void) {
    this.#name = name;
    this.#circuits = circuits;
    this.#onChange = onChange;
  }

  /** The reason given for the oldest isolation that has not ended; undefined if there is none. */
  get reason(): string | undefined {
    return this.#held[0]?.reason;
  }

  /**
   * Starts an isolation. The returned function ends this isolation; calling that function again does nothing.
   *
   * @throws {@link ConfigurationError} if the reason is not a string, for example a function that the caller expects to
   *   be run during the isolation
   */
  hold(reason: string): () => void {
    textOf(reason, 'isolate.reason');
    if (this.#isClosed) return () => undefined;
    debug('%s: isolated by hand (%j)', this.#name, reason);
    const isolation = { reason };
    this.#held = [...this.#held, isolation];
    const releases = [this.#circuits.read.isolate(), this.#circuits.write.isolate()];
    this.#onChange();
    return () => {
      if (!this.#held.includes(isolation)) return;
      debug('%s: put back by hand', this.#name);
      // The circuits are released first and the reason is removed afterwards, so that a reason can be reported as long
      // as a circuit is isolated.
      for (const release of releases) release();
      this.#held = this.#held.filter((each) => each !== isolation);
      this.#onChange();
    };
  }

  /**
   * Call when the `RedisResilience` is closed: from then on, an isolation has no effect, and is not reported as an
   * outage.
   */
  close(): void {
    this.#isClosed = true;
  }
}

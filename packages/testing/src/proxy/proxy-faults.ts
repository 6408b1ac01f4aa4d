import { createRandom } from '../create-random.ts';

/** How a proxy slows down what passes through it, on all connections alike. */
export class ProxyFaults {
  latencyMs = 0;
  jitterMs = 0;
  /** `Infinity`: as fast as it comes. */
  bytesPerSecond = Infinity;
  readonly #random = createRandom(1);

  /** Milliseconds to hold back what arrives now. */
  delayMs(): number {
    return this.latencyMs + this.#random() * this.jitterMs;
  }

  /** How many bytes may pass at a time, and how long after that the next may. */
  slice(bytesPerSecond = this.bytesPerSecond): { readonly bytes: number; readonly everyMs: number } {
    if (bytesPerSecond === Infinity) return { bytes: Infinity, everyMs: 0 };
    const everyMs = Math.max(10, 1_000 / bytesPerSecond);
    return { bytes: Math.max(1, Math.floor((bytesPerSecond * everyMs) / 1_000)), everyMs };
  }
}

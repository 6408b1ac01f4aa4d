import { createRandom } from '../create-random.ts';

/** Delays and rate limits for the bytes on all connections of a proxy. */
export class ProxyFaults {
  latencyMs = 0;
  jitterMs = 0;
  /** `Infinity`: no limit. */
  bytesPerSecond = Infinity;
  readonly #random = createRandom(1);

  /** Milliseconds by which to delay bytes that arrive now. */
  delayMs(): number {
    return this.latencyMs + this.#random() * this.jitterMs;
  }

  /** Returns how many bytes may be sent now, and how long to wait before sending more. */
  slice(bytesPerSecond = this.bytesPerSecond): { readonly bytes: number; readonly everyMs: number } {
    if (bytesPerSecond === Infinity) return { bytes: Infinity, everyMs: 0 };
    const everyMs = Math.max(10, 1_000 / bytesPerSecond);
    return { bytes: Math.max(1, Math.floor((bytesPerSecond * everyMs) / 1_000)), everyMs };
  }
}

import { endpointKey, tlsOf, type Endpoint } from '../handshake/open-socket.ts';
import { reportsNeeded } from './agreement.ts';
import type { SentinelAnswer } from './ask-sentinel.ts';
import { mappedAddress, type SentinelOptions } from './sentinel-options.ts';

const maxKnown = 16;

/**
 * The sentinels to query: those that are configured, and those that enough other sentinels have named. A single
 * sentinel can therefore neither invent sentinels that agree with it nor cause the sentinel password to be sent
 * elsewhere. The sentinel that has replied most recently is queried first.
 */
export class KnownSentinels {
  readonly #options: () => SentinelOptions;
  readonly #learnt = new Map<string, { readonly endpoint: Endpoint; readonly namedBy: Set<string> }>();
  #first: string | undefined;

  constructor(options: () => SentinelOptions) {
    this.#options = options;
  }

  list(): Endpoint[] {
    const { sentinels, sentinelTLS } = this.#options();
    const configured = sentinels.map(({ host, port, family }) => ({ host, port: port ?? 26_379, family }));
    const needed = reportsNeeded(configured.length);
    const learnt = [...this.#learnt.values()].filter(({ namedBy }) => namedBy.size >= needed);
    const unique = new Map<string, Endpoint>();
    const tls = tlsOf(sentinelTLS);
    for (const endpoint of [...configured, ...learnt.map((each) => each.endpoint)]) {
      if (!unique.has(endpointKey(endpoint))) unique.set(endpointKey(endpoint), { ...endpoint, tls });
    }
    const isFirst = (endpoint: Endpoint): number => (endpointKey(endpoint) === this.#first ? 0 : 1);
    return [...unique.values()].toSorted((one, other) => isFirst(one) - isFirst(other));
  }

  /** Call when a sentinel has replied: adds the other sentinels that it named. */
  learn(sentinel: Endpoint, { report, sentinels }: SentinelAnswer): void {
    this.#first = endpointKey(sentinel);
    if (this.#options().updateSentinels === false) return;
    for (const { ip, port } of sentinels) {
      if (ip === undefined || !Number.isInteger(Number(port))) continue;
      const endpoint = mappedAddress(this.#options(), ip, Number(port));
      const key = endpointKey(endpoint);
      const known = this.#learnt.get(key);
      if (known !== undefined) known.namedBy.add(report.id);
      else if (this.#learnt.size < maxKnown)
        this.#learnt.set(key, { endpoint, namedBy: new Set([report.id]) });
    }
  }
}

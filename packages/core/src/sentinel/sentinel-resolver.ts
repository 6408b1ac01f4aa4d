import type { Clock, Random } from '../clock.ts';
import { endpointKey, tlsOf, type Endpoint, type OpenSocket } from '../handshake/open-socket.ts';
import { ProofError } from '../handshake/proof-error.ts';
import { addressOf, agreedServers, reportsNeeded, type SentinelReport } from './agreement.ts';
import { notKnown } from './ask-sentinel.ts';
import { chooseReplica, type Replica } from './choose-replica.ts';
import { KnownSentinels } from './known-sentinels.ts';
import { pollSentinels } from './poll-sentinels.ts';
import { Promotions, type Promotion } from './promotions.ts';
import { mappedAddress, type SentinelOptions } from './sentinel-options.ts';
import type { CancelSignal } from '../event-loop/cancellation.ts';

const askAllMs = 2_000;
/**
 * If a client requests a replica again within this many milliseconds, the replica that was chosen last evidently did
 * not work.
 */
const triedMs = 10_000;

/**
 * Asks the sentinels for the address to connect to. If several sentinels are configured, two of them must know a server
 * before a client connects to it for the first time. A sentinel that does not answer does not delay the others. If only
 * one sentinel can be reached, the server that it names is accepted, but only after the servers that were agreed on
 * before have been tried once more.
 */
export class SentinelResolver {
  readonly promotions: Promotions;
  readonly #options: () => SentinelOptions;
  readonly #open: OpenSocket;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #known: KnownSentinels;
  #trusted: ReadonlySet<string> = new Set();
  #wasTrustedTried = false;
  #tried: { readonly replica: Replica; readonly until: number } | undefined;
  #followed: Promotion | undefined;

  /** `promotions` are the promotions seen by all clients of the `RedisResilience` that use this group of sentinels. */
  constructor(
    options: () => SentinelOptions,
    open: OpenSocket,
    clock: Clock,
    random: Random,
    promotions = new Promotions(),
  ) {
    this.promotions = promotions;
    this.#options = options;
    this.#open = open;
    this.#clock = clock;
    this.#random = random;
    this.#known = new KnownSentinels(options);
  }

  /** @throws the last sentinel's error if no sentinel knows the address, or an error if no two sentinels agree */
  async resolve(signal: CancelSignal): Promise<Endpoint> {
    const promotion = this.promotions.latest(this.#clock.now());
    // A promotion is followed only once: if the new primary does not answer, the next attempt asks the sentinels again.
    if (promotion !== undefined && promotion !== this.#followed) return this.#follow(promotion);
    const isEnough = (received: readonly SentinelReport[]): boolean => this.#agreed(received).length > 0;
    const reports = await this.#poll(signal, this.sentinels(), this.#needed(), isEnough);
    const agreed = this.#agreed(reports);
    const servers = agreed.length > 0 ? agreed : this.#byOneAlone(reports);
    const { ip, port } = this.#choose(servers);
    this.#trusted = new Set(servers.map(addressOf));
    return this.complete(ip ?? '', Number(port));
  }

  /** Returns whether a client may connect to this server even if only one sentinel has named it. */
  trusts(host: string, port: number): boolean {
    return this.#needed() < 2 || this.#trusted.has(addressOf({ ip: host, port: String(port) }));
  }

  /**
   * Queries all sentinels. The sentinel at the address `last` is queried after the others, and only if `isEnough`
   * rejects their reports. Resolves with the reports as soon as `isEnough` accepts them, or when no further report can
   * be expected.
   *
   * @throws the last error if no sentinel replied
   */
  async askAll(
    isEnough: (reports: readonly SentinelReport[]) => boolean,
    last: string,
  ): Promise<readonly SentinelReport[]> {
    const all = this.sentinels();
    const others = all.filter((sentinel) => endpointKey(sentinel) !== last);
    const candidates = [...others, ...all.filter((sentinel) => !others.includes(sentinel))];
    const abort = new AbortController();
    const timer = this.#clock.setTimeout(() => abort.abort(new Error('No answer in time.')), askAllMs);
    try {
      return await this.#poll(abort.signal, candidates, others.length, isEnough);
    } finally {
      this.#clock.clearTimeout(timer);
    }
  }

  /** Call when the client has connected to the server that `resolve` returned last. */
  arrived(): void {
    this.#wasTrustedTried = false;
  }

  /**
   * Makes the next attempt of each client go to this new primary without asking the sentinels, because some sentinels
   * may not know of the promotion yet.
   */
  promoted(host: string, port: number): void {
    this.#trusted = new Set([addressOf({ ip: host, port: String(port) })]);
    this.promotions.note({ host, port }, this.#clock.now());
  }

  /** Returns every known sentinel, whether configured or discovered. */
  sentinels(): readonly Endpoint[] {
    return this.#known.list();
  }

  /** Returns the endpoint for an address reported by a sentinel. */
  complete(host: string, port: number): Endpoint {
    const { family, tls, enableTLSForSentinelMode } = this.#options();
    const dataTls = enableTLSForSentinelMode === true ? tlsOf(tls) : undefined;
    return { ...mappedAddress(this.#options(), host, port), family, tls: dataTls };
  }

  #follow(promotion: Promotion): Endpoint {
    const { host, port } = promotion;
    this.#followed = promotion;
    this.#trusted = new Set([addressOf({ ip: host, port: String(port) })]);
    return this.complete(host, port);
  }

  #needed(): number {
    return reportsNeeded(this.#options().sentinels.length);
  }

  #agreed(reports: readonly SentinelReport[]): readonly Replica[] {
    return agreedServers(reports, this.#needed(), this.#trusted);
  }

  #byOneAlone(reports: readonly SentinelReport[]): readonly Replica[] {
    const [first] = reports;
    if (new Set(reports.map(({ id }) => id)).size > 1) throw disagreement();
    if (this.#trusted.size === 0 || this.#wasTrustedTried) return first?.named ?? [];
    this.#wasTrustedTried = true;
    return [...this.#trusted].map(serverAt);
  }

  #choose(servers: readonly Replica[]): Replica {
    const { role, preferredSlaves } = this.#options();
    if (role !== 'slave') return servers[0] ?? {};
    const now = this.#clock.now();
    const tried = this.#tried !== undefined && now < this.#tried.until ? this.#tried.replica : undefined;
    const replica = chooseReplica(servers, preferredSlaves, tried, this.#random);
    if (replica?.['ip'] === undefined) throw notKnown(undefined);
    this.#tried = { replica, until: now + triedMs };
    return replica;
  }

  #poll(
    signal: CancelSignal,
    candidates: readonly Endpoint[],
    initialCount: number,
    isEnough: (reports: readonly SentinelReport[]) => boolean,
  ): Promise<readonly SentinelReport[]> {
    return pollSentinels({
      clock: this.#clock,
      open: this.#open,
      options: this.#options(),
      candidates,
      initialCount,
      signal,
      isEnough,
      onAnswer: (sentinel, answer) => this.#known.learn(sentinel, answer),
    });
  }
}

function serverAt(address: string): Replica {
  const colon = address.lastIndexOf(':');
  return { ip: address.slice(0, colon), port: address.slice(colon + 1) };
}

function disagreement(): Error {
  return new ProofError(
    'sentinel',
    new Error('The sentinels do not agree: no two of them name the same server.'),
  );
}

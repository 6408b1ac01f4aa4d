import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { Clock, Random, TimerHandle } from '../clock.ts';
import { classifyReply } from '../replies/reply-error.ts';
import { chooseReplica, type PreferredReplicas, type Replica } from './choose-replica.ts';
import { endpointKey, tlsOf, type Endpoint, type OpenSocket } from '../handshake/open-socket.ts';
import { ProofError } from '../handshake/proof-error.ts';
import { authCommand } from '../handshake/verify-handshake.ts';
import { ErrorReply, type Reply } from '../replies/reply.ts';
import { request } from '../replies/request.ts';

/** The part of ioredis' options that leads to the primary through its sentinels. */
export interface SentinelOptions {
  sentinels: { host?: string; port?: number; family?: number }[];
  name: string;
  role?: 'master' | 'slave';
  sentinelUsername?: string | null;
  sentinelPassword?: string | null;
  /** TLS to the sentinels. */
  sentinelTLS?: TlsOptions | boolean | null;
  /** TLS to the servers behind them, where `enableTLSForSentinelMode` says so. */
  tls?: TlsOptions | boolean | null;
  enableTLSForSentinelMode?: boolean;
  family?: number;
  natMap?:
    Record<string, { host: string; port: number }> | ((key: string) => { host: string; port: number } | null);
  preferredSlaves?: PreferredReplicas | null;
  updateSentinels?: boolean;
}

/** When a sentinel has not answered after this long, the next one is asked as well. */
const staggerMs = 150;

/**
 * Asks the sentinels for the address, one after the other; a silent one does not hold up the next. The first answer
 * counts, and the sentinel that gave it is asked first the next time. Sentinels that it knows of are remembered.
 */
export class SentinelResolver {
  readonly #options: () => SentinelOptions;
  readonly #open: OpenSocket;
  readonly #clock: Clock;
  readonly #random: Random;
  #known: Endpoint[] = [];
  #tried: { readonly replica: Replica; readonly until: number } | undefined;
  #pinned: { readonly endpoint: Endpoint; readonly until: number } | undefined;

  constructor(options: () => SentinelOptions, open: OpenSocket, clock: Clock, random: Random) {
    this.#options = options;
    this.#open = open;
    this.#clock = clock;
    this.#random = random;
  }

  /** @throws the last sentinel's error when none knows the address */
  async resolve(signal: AbortSignal): Promise<Endpoint> {
    const pinned = this.#pinned;
    // Used once: if this address does not answer, the next attempt asks the sentinels again.
    this.#pinned = undefined;
    if (pinned !== undefined && this.#clock.now() < pinned.until) return pinned.endpoint;
    const candidates = this.#candidates();
    const abort = new AbortController();
    const onAbort = (): void => abort.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await this.#firstOf(candidates, abort.signal);
    } finally {
      signal.removeEventListener('abort', onAbort);
      abort.abort(new Error('Another sentinel answered.'));
    }
  }

  /** Makes the next attempt go to this new primary without asking: other sentinels may not know of it yet. */
  pin(host: string, port: number): void {
    this.#pinned = { endpoint: this.complete(host, port), until: this.#clock.now() + pinMs };
  }

  /** Every sentinel known, configured or learnt. */
  sentinels(): readonly Endpoint[] {
    return this.#candidates();
  }

  /** The endpoint for an address that a sentinel gave. */
  complete(host: string, port: number): Endpoint {
    const { family, tls, enableTLSForSentinelMode } = this.#options();
    const dataTls = enableTLSForSentinelMode === true ? tlsOf(tls) : undefined;
    return { ...this.#mapped(host, port), family, tls: dataTls };
  }

  #firstOf(candidates: readonly Endpoint[], signal: AbortSignal): Promise<Endpoint> {
    return new Promise((resolve, reject) => {
      let next = 0;
      let failed = 0;
      let timer: TimerHandle | undefined;
      const stop = (): void => {
        if (timer !== undefined) this.#clock.clearTimeout(timer);
        timer = undefined;
      };
      const askNext = (): void => {
        stop();
        const sentinel = candidates[next++];
        if (sentinel === undefined) return;
        timer = this.#clock.setTimeout(askNext, staggerMs);
        this.#ask(sentinel, signal).then(
          (endpoint) => {
            stop();
            resolve(endpoint);
          },
          (error: unknown) => {
            if (++failed < candidates.length) {
              askNext();
              return;
            }
            stop();
            reject(error);
          },
        );
      };
      askNext();
    });
  }

  async #ask(sentinel: Endpoint, signal: AbortSignal): Promise<Endpoint> {
    const { name, role, sentinelUsername, sentinelPassword, updateSentinels } = this.#options();
    const socket = await this.#open(sentinel, { signal, keepAliveMs: 0 });
    try {
      const auth = sentinelPassword
        ? [authCommand({ username: sentinelUsername ?? undefined, password: sentinelPassword })]
        : [];
      const question =
        role === 'slave' ? ['SENTINEL', 'replicas', name] : ['SENTINEL', 'get-master-addr-by-name', name];
      const replies = await request(socket, [...auth, question, ['SENTINEL', 'sentinels', name]], signal);
      const [answer, others] = replies.slice(auth.length);
      const [host, port] = role === 'slave' ? this.#replicaAddress(answer) : primaryAddress(answer);
      if (updateSentinels !== false) this.#learn(others);
      this.#remember(sentinel);
      return this.complete(host, port);
    } finally {
      socket.on('error', ignore);
      socket.destroy();
    }
  }

  #replicaAddress(reply: Reply | undefined): [string, number] {
    if (!Array.isArray(reply)) throw notKnown(reply);
    const now = this.#clock.now();
    const tried = this.#tried !== undefined && now < this.#tried.until ? this.#tried.replica : undefined;
    const replicas = reply.map((each) => Object.fromEntries(fieldsOf(each)));
    const replica = chooseReplica(replicas, this.#options().preferredSlaves, tried, this.#random);
    if (replica?.['ip'] === undefined) throw notKnown(reply);
    this.#tried = { replica, until: now + triedMs };
    return [replica['ip'], Number(replica['port'])];
  }

  #candidates(): Endpoint[] {
    const { sentinels, sentinelTLS } = this.#options();
    const tls = tlsOf(sentinelTLS);
    const configured = sentinels.map(({ host, port, family }) => ({
      host,
      port: port ?? 26_379,
      family,
      tls,
    }));
    const unique = new Map<string, Endpoint>();
    for (const endpoint of [...this.#known, ...configured]) {
      if (!unique.has(endpointKey(endpoint))) unique.set(endpointKey(endpoint), { ...endpoint, tls });
    }
    return [...unique.values()];
  }

  #remember(sentinel: Endpoint): void {
    const key = endpointKey(sentinel);
    this.#known = [sentinel, ...this.#known.filter((known) => endpointKey(known) !== key)];
  }

  #learn(others: Reply | undefined): void {
    if (!Array.isArray(others)) return;
    const keys = new Set(this.#known.map(endpointKey));
    for (const fields of others.map(fieldsOf)) {
      const [host, port] = [fields.get('ip'), Number(fields.get('port'))];
      if (host === undefined || !Number.isInteger(port)) continue;
      const endpoint = this.#mapped(host, port);
      if (!keys.has(endpointKey(endpoint))) this.#known.push(endpoint);
    }
    this.#known = this.#known.slice(0, maxKnown);
  }

  #mapped(host: string, port: number): Endpoint {
    const { natMap } = this.#options();
    const key = `${host}:${port}`;
    const mapped = typeof natMap === 'function' ? natMap(key) : natMap?.[key];
    return mapped ?? { host, port };
  }
}

const maxKnown = 16;
const pinMs = 10_000;
/** A replica that has to be replaced within this time did not serve. */
const triedMs = 10_000;

function primaryAddress(reply: Reply | undefined): [string, number] {
  if (!Array.isArray(reply)) throw notKnown(reply);
  const [host, port] = reply as [Reply, Reply];
  if (typeof host !== 'string' || typeof port !== 'string') throw notKnown(reply);
  return [host, Number(port)];
}

function fieldsOf(reply: Reply): Map<string, string> {
  const fields = new Map<string, string>();
  if (!Array.isArray(reply)) return fields;
  for (let index = 0; index + 1 < reply.length; index += 2)
    fields.set(String(reply[index]), String(reply[index + 1]));
  return fields;
}

function notKnown(reply: Reply | undefined): Error {
  if (reply instanceof ErrorReply) {
    const { cause } = classifyReply(reply.message);
    return cause === undefined ? reply : new ProofError(cause, reply);
  }
  return Object.assign(new Error('The sentinel does not know this primary.'), { code: 'ENOTFOUND' });
}

function ignore(): void {
  // The answer has been read: a later error of the socket does not matter.
}

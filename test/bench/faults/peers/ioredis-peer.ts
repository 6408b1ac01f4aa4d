import { Cluster, type ChainableCommander, Redis, type RedisOptions } from 'ioredis';
import type { ClusterSettings, Command, GuardedWrite, Peer, PeerKind, Target } from './peer.js';

type Client = Redis | Cluster;

/** Adapts ioredis, or any client with the same API, to the {@link Peer} interface. */
export class IoredisPeer implements Peer {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
    // Without a listener, ioredis prints a line for every failed attempt.
    client.on('error', ignore);
  }

  call(...[name, ...args]: Command): Promise<unknown> {
    return this.#client.call(name, ...args);
  }

  transaction(commands: readonly Command[]): Promise<readonly unknown[]> {
    return repliesOf(chain(this.#client.multi(), commands).exec());
  }

  pipeline(commands: readonly Command[]): Promise<readonly unknown[]> {
    return repliesOf(chain(this.#client.pipeline(), commands).exec());
  }

  async subscribe(channel: string, onMessage: (message: string) => void): Promise<void> {
    this.#client.on('message', (from: string, message: string) => {
      if (from === channel) onMessage(message);
    });
    await this.#client.subscribe(channel);
  }

  unsubscribe(channel: string): Promise<unknown> {
    return this.#client.unsubscribe(channel);
  }

  quit(): Promise<unknown> {
    return this.#client.quit();
  }

  async subscribeShard(channel: string, onMessage: (message: string) => void): Promise<void> {
    this.#client.on('smessage', (from: string, message: string) => {
      if (from === channel) onMessage(message);
    });
    await this.#client.ssubscribe(channel);
  }

  watch(key: string): Promise<unknown> {
    return this.#client.watch(key);
  }

  async guardedSet(key: string, value: string): Promise<GuardedWrite> {
    const replies = await this.#client.multi().set(key, value).exec();
    return replies === null ? 'refused' : 'applied';
  }

  setPassword(password: string): void {
    const nodes = this.#client instanceof Cluster ? this.#client.nodes() : [this.#client];
    for (const { options } of nodes) options.password = password;
    if (this.#client instanceof Cluster) Object.assign(this.#client.options.redisOptions ?? {}, { password });
  }

  close(): Promise<void> {
    this.#client.disconnect();
    return Promise.resolve();
  }
}

/** ioredis with its default options. */
export const ioredisDefaults: PeerKind = {
  name: 'ioredis',
  label: 'ioredis',
  setup: 'ioredis with its defaults',
  packages: ['ioredis'],
  create: (target) => new IoredisPeer(connectIoredis(target, {})),
};

/** The options that guides, issues and blog posts recommend for ioredis. */
export const guidesOptions = {
  maxRetriesPerRequest: 1,
  commandTimeout: 1_000,
  socketTimeout: 3_000,
  connectTimeout: 2_000,
  enableOfflineQueue: false,
  keepAlive: 10_000,
  retryStrategy: (times: number): number =>
    Math.min(50 * 2 ** (times - 1), 2_000) * (0.75 + Math.random() / 2),
  reconnectOnError: (error: Error): boolean => error.message.startsWith('READONLY'),
} satisfies RedisOptions;

/** Some or all of {@link guidesOptions}; empty for the defaults of ioredis. */
export type IoredisSettings = Partial<typeof guidesOptions>;

export const ioredisByTheGuides: PeerKind = {
  name: 'ioredis-guides',
  label: 'ioredis, guides',
  setup:
    'ioredis with the options that guides recommend: maxRetriesPerRequest 1, commandTimeout 1 s, socketTimeout 3 s, connectTimeout 2 s, no offline queue, keepAlive 10 s, jittered retryStrategy 50 ms to 2 s, reconnectOnError READONLY',
  packages: ['ioredis'],
  create: (target) => new IoredisPeer(connectIoredis(target, guidesOptions)),
};

/** Creates the client for a target. */
export function connectIoredis(target: Target, options: IoredisSettings): Client {
  switch (target.kind) {
    case 'single': {
      const password = target.password === undefined ? {} : { password: target.password };
      return new Redis({ host: target.host, port: target.port, ...password, ...options });
    }
    case 'sentinel':
      return new Redis({ sentinels: [...target.sentinels], name: target.name, ...options });
    case 'cluster':
      return new Cluster(
        target.nodes.map(({ host, port }) => ({ host, port })),
        {
          ...clusterOptions(target.settings, options),
          ...('enableOfflineQueue' in options ? { enableOfflineQueue: false } : {}),
        },
      );
    default:
      return target satisfies never;
  }
}

/** Returns options for a Cluster client; `ofNodes` are the options for the connection to each node. */
export function clusterOptions(settings: ClusterSettings = {}, ofNodes: IoredisSettings = {}) {
  const { password, tls, natMap, ...rest } = settings;
  const redisOptions = {
    ...ofNodes,
    ...(password === undefined ? {} : { password }),
    ...(tls === true ? { tls: { rejectUnauthorized: false } } : {}),
  };
  return { ...rest, ...(natMap === undefined ? {} : { natMap: { ...natMap } }), redisOptions };
}

function chain(start: ChainableCommander, commands: readonly Command[]): ChainableCommander {
  let chained = start;
  for (const [name, ...args] of commands) chained = chained.call(name, ...args);
  return chained;
}

async function repliesOf(exec: Promise<[Error | null, unknown][] | null>): Promise<readonly unknown[]> {
  const replies = await exec;
  if (replies === null) throw new Error('The transaction was refused');
  const failed = replies.find(([error]) => error !== null);
  if (failed?.[0]) throw failed[0];
  return replies.map(([, reply]) => reply);
}

function ignore(): void {
  // The calls tell.
}

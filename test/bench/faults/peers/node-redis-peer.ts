import {
  createClient,
  createCluster,
  createSentinel,
  type RedisClientOptions,
  type RedisClientType,
} from 'redis';
import type { Command, GuardedWrite, Peer, PeerKind, Target } from './peer.js';

/** The common part of node-redis's client, Cluster client and Sentinel client: a method for each command. */
type Commands = Record<string, (...args: string[]) => Promise<unknown>>;

/** Adapts node-redis to the {@link Peer} interface. */
export class NodeRedisPeer implements Peer {
  readonly #client: RedisClientType;
  readonly #credentials: { password: string | undefined };

  constructor(client: RedisClientType, credentials: { password: string | undefined }) {
    this.#client = client;
    this.#credentials = credentials;
    // Without a listener, the first lost connection ends the process.
    client.on('error', ignore);
    client.connect().catch(ignore);
  }

  call(...[name, ...args]: Command): Promise<unknown> {
    const commands = this.#client as unknown as Commands;
    // node-redis has a method in lower case for each command of one word, and a method in capitals for every
    // command.
    const method = commands[name] ?? commands[name.toUpperCase()];
    return method?.call(this.#client, ...args) ?? Promise.reject(new Error(`node-redis has no ${name}`));
  }

  transaction(commands: readonly Command[]): Promise<readonly unknown[]> {
    return this.#chain(commands).exec();
  }

  pipeline(commands: readonly Command[]): Promise<readonly unknown[]> {
    return this.#chain(commands).execAsPipeline();
  }

  async subscribe(channel: string, onMessage: (message: string) => void): Promise<void> {
    await this.#client.subscribe(channel, onMessage);
  }

  unsubscribe(channel: string): Promise<unknown> {
    return this.#client.unsubscribe(channel);
  }

  quit(): Promise<unknown> {
    return this.#client.close();
  }

  watch(key: string): Promise<unknown> {
    return this.#client.watch(key);
  }

  async guardedSet(key: string, value: string): Promise<GuardedWrite> {
    await this.#client.multi().set(key, value).exec();
    return 'applied';
  }

  setPassword(password: string): void {
    this.#credentials.password = password;
  }

  close(): Promise<void> {
    this.#client.destroy();
    return Promise.resolve();
  }

  #chain(commands: readonly Command[]) {
    let chained = this.#client.multi();
    for (const [name, ...args] of commands) chained = chained.addCommand([name.toUpperCase(), ...args]);
    return chained;
  }
}

export const nodeRedisDefaults: PeerKind = {
  name: 'node-redis',
  label: 'node-redis',
  setup: 'node-redis with its defaults',
  packages: ['redis'],
  create: (target) => connect(target, {}),
};

export const nodeRedisWithPing: PeerKind = {
  name: 'node-redis-ping',
  label: 'node-redis, ping',
  setup:
    'node-redis with pingInterval 1 s, socketTimeout 3 s, connectTimeout 2 s, no offline queue, jittered reconnectStrategy 50 ms to 2 s',
  packages: ['redis'],
  create: (target) =>
    connect(target, {
      pingInterval: 1_000,
      disableOfflineQueue: true,
      socket: {
        socketTimeout: 3_000,
        connectTimeout: 2_000,
        reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, 2_000) * (0.75 + Math.random() / 2),
      },
    }),
};

function connect(target: Target, options: RedisClientOptions): Peer {
  const credentials = { password: target.kind === 'single' ? target.password : undefined };
  return new NodeRedisPeer(clientFor(target, options, credentials), credentials);
}

function clientFor(
  target: Target,
  options: RedisClientOptions,
  credentials: { password: string | undefined },
): RedisClientType {
  switch (target.kind) {
    case 'single':
      return createClient({
        ...options,
        ...(credentials.password === undefined
          ? {}
          : {
              credentialsProvider: {
                type: 'async-credentials-provider',
                credentials: async () => ({ ...credentials }),
              },
            }),
        socket: { ...options.socket, host: target.host, port: target.port },
      } as RedisClientOptions) as RedisClientType;
    case 'sentinel':
      return createSentinel({
        name: target.name,
        sentinelRootNodes: target.sentinels.map(({ host, port }) => ({ host, port })),
        nodeClientOptions: options,
      }) as unknown as RedisClientType;
    case 'cluster':
      return createCluster({
        rootNodes: target.nodes.map(({ host, port }) => ({ socket: { host, port } })),
        defaults: options,
      }) as unknown as RedisClientType;
    default:
      return target satisfies never;
  }
}

function ignore(): void {
  // The calls tell.
}

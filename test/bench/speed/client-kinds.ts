import { createRedisResilience } from '@redis-resilience/core';
import { GlideClient, Logger } from '@valkey/valkey-glide';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { connectRawSocket } from './raw-socket.js';

/** A client with the two commands that are measured. */
export interface MeasuredClient {
  get(key: string): Promise<unknown>;
  set(key: string, value: string): Promise<unknown>;
  close(): Promise<void>;
}

export type ClientKind = keyof typeof makers;

export const clientLabels: Readonly<Record<ClientKind, string>> = {
  bare: 'ioredis',
  auto: 'ioredis, auto-pipelining',
  'node-redis': 'node-redis',
  glide: 'Valkey GLIDE',
  raw: 'a raw socket',
  ours: 'Redis Resilience',
};

const makers = {
  bare: (url: string): Promise<MeasuredClient> => Promise.resolve(fromIoredis(new Redis(url))),
  auto: (url: string): Promise<MeasuredClient> =>
    Promise.resolve(fromIoredis(new Redis(url, { enableAutoPipelining: true }))),
  async 'node-redis'(url: string): Promise<MeasuredClient> {
    const client = createClient({ url });
    client.on('error', ignore);
    await client.connect();
    return {
      get: (key) => client.get(key),
      set: (key, value) => client.set(key, value),
      close: async () => client.destroy(),
    };
  },
  async glide(url: string): Promise<MeasuredClient> {
    Logger.setLoggerConfig('off');
    const { hostname, port } = new URL(url);
    const client = await GlideClient.createClient({ addresses: [{ host: hostname, port: Number(port) }] });
    return {
      get: (key) => client.get(key),
      set: (key, value) => client.set(key, value),
      close: async () => client.close(),
    };
  },
  raw: connectRawSocket,
  ours(url: string): Promise<MeasuredClient> {
    const resilience = createRedisResilience(url);
    return Promise.resolve({
      ...fromIoredis(resilience.client),
      close: () => resilience.close({ drainMs: 0 }),
    });
  },
};

/** Creates a client, and resolves when it has received its first reply. */
export async function connectClient(kind: ClientKind, url: string): Promise<MeasuredClient> {
  const client = await makers[kind](url);
  await client.get('k0');
  return client;
}

function fromIoredis(client: Redis): MeasuredClient {
  client.on('error', ignore);
  return {
    get: (key) => client.get(key),
    set: (key, value) => client.set(key, value),
    close() {
      client.disconnect();
      return Promise.resolve();
    },
  };
}

function ignore(): void {
  // A server that ends with the benchmark is no news.
}

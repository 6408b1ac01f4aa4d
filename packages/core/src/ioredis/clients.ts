import { Cluster, Command, Redis } from 'ioredis';
import type { ClusterNode, ClusterOptions, RedisOptions } from 'ioredis';
import { printedState } from '../observability/printed-state.ts';
import { internals } from './internals.ts';
import { compactCollections } from './options/compact-collections.ts';
import { compactOptions } from './options/compact-options.ts';

export type { Cluster, ClusterNode, ClusterOptions, Redis, RedisOptions } from 'ioredis';

/** Creates a client that does not connect until it is told to. */
export function lazyRedis(options: RedisOptions): Redis {
  const client = new Redis({ ...options, lazyConnect: true } as RedisOptions & { replyMapping?: 'legacy' });
  compactOptions(client);
  compactCollections(client);
  return client;
}

/** Like {@link lazyRedis}, for a Cluster. */
export function lazyCluster(nodes: ClusterNode[], options: ClusterOptions): Cluster {
  type Options = NonNullable<ConstructorParameters<typeof Cluster>[1]>;
  return new Cluster(nodes, { ...options, lazyConnect: true } as Options);
}

export function isCluster(client: Redis | Cluster): client is Cluster {
  return internals(client).isCluster === true;
}

/**
 * Returns whether a client has ended, or is about to because `quit()` or `disconnect()` was called. False for a value
 * that is not a client.
 */
export function hasEnded(client: unknown): boolean {
  if (typeof client !== 'object' || client === null || !('setStatus' in client)) return false;
  const { status, manuallyClosing } = internals(client as unknown as Redis);
  return status === 'end' || manuallyClosing;
}

/**
 * Returns whether a client is in MONITOR mode, or is about to enter it. In MONITOR mode, a client receives the commands
 * that the server runs, and runs none of its own.
 */
export function isMonitor(client: Redis | Cluster): boolean {
  return internals(client).status === 'monitoring' || internals(client).options['monitor'] === true;
}

/** Returns a client's options, with ioredis' defaults filled in. */
export function optionsOf(client: Redis | Cluster): Readonly<Record<string, unknown>> {
  return internals(client).options;
}

/** Returns the keys among a command's arguments. */
export function keysOf(name: string, args: readonly unknown[]): readonly unknown[] {
  return new Command(name, [...args] as string[]).getKeys();
}

const protectedBy = Symbol.for('redis-resilience.protected');

/** Whether this client is already protected, by this or another copy of the library. */
export function isProtected(client: Redis | Cluster): boolean {
  return (client as unknown as Record<symbol, unknown>)[protectedBy] === true;
}

export function markProtected(client: Redis | Cluster): void {
  Object.defineProperty(client, protectedBy, { value: true });
  printClient(client);
}

/** Makes a client that is logged show its state instead of its options, which include the password. */
export function printClient(client: Redis | Cluster): void {
  Object.defineProperties(client, isCluster(client) ? printedCluster : printedRedis);
  // The options are also printed without secrets, because a pipeline that is logged shows the options of its client.
  Object.defineProperties(internals(client).options, printedOptions);
}

const printedRedis = printedState('Redis', ({ status }: Redis) => ({ status }));
const printedCluster = printedState('Cluster', ({ status }: Cluster) => ({ status }));
const printedOptions = printedState('Options', withoutSecrets);
const secretOptions = new Set(['password', 'sentinelPassword', 'tls', 'sentinelTLS']);

function withoutSecrets(options: object): object {
  const shown = Object.entries(options).map(([name, value]: [string, unknown]) => {
    if (name === 'redisOptions' && typeof value === 'object' && value !== null)
      return [name, withoutSecrets(value)];
    return [name, secretOptions.has(name) && value ? '***' : value];
  });
  return Object.fromEntries(shown) as object;
}

import { Cluster, Command, Redis } from 'ioredis';
import type { ClusterNode, ClusterOptions, RedisOptions } from 'ioredis';
import { printState } from '../observability/printed-state.ts';
import { internals } from './internals.ts';

export type { Cluster, ClusterNode, ClusterOptions, Redis, RedisOptions } from 'ioredis';

/** A client that does not connect before it is told to. */
export function lazyRedis(options: RedisOptions): Redis {
  return new Redis({ ...options, lazyConnect: true } as RedisOptions & { replyMapping?: 'legacy' });
}

/** As {@link lazyRedis}, for a Cluster. */
export function lazyCluster(nodes: ClusterNode[], options: ClusterOptions): Cluster {
  type Options = NonNullable<ConstructorParameters<typeof Cluster>[1]>;
  return new Cluster(nodes, { ...options, lazyConnect: true } as Options);
}

export function isCluster(client: Redis | Cluster): client is Cluster {
  return internals(client).isCluster === true;
}

/** The options of a client as ioredis completed them. */
export function optionsOf(client: Redis | Cluster): Readonly<Record<string, unknown>> {
  return internals(client).options;
}

/** The keys among the arguments of a command. */
export function keysOf(name: string, args: readonly unknown[]): readonly unknown[] {
  return new Command(name, [...args] as string[]).getKeys();
}

const protectedBy = Symbol.for('redis-resilience.protected');

/** Whether a gate, of this copy of the library or of another, already stands before this client. */
export function isProtected(client: Redis | Cluster): boolean {
  return (client as unknown as Record<symbol, unknown>)[protectedBy] === true;
}

export function markProtected(client: Redis | Cluster): void {
  Object.defineProperty(client, protectedBy, { value: true });
  printClient(client);
}

/** Has logs show the state of a client, not its options, among which is the password. */
export function printClient(client: Redis | Cluster): void {
  printState(client, isCluster(client) ? 'Cluster' : 'Redis', () => ({ status: client.status }));
}

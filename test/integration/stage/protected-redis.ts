import {
  createRedisResilience,
  type RedisResilience,
  type RedisSnapshot,
  type ResilienceOptions,
} from '@redis-resilience/core';
import {
  startProxy,
  startRedis,
  waitFor,
  type ChaosProxy,
  type RedisServer,
  type StartRedisOptions,
} from '@redis-resilience/testing';
import type { Redis, RedisOptions } from 'ioredis';

export interface ProtectedRedisOptions {
  readonly server?: StartRedisOptions;
  readonly client?: RedisOptions;
  readonly resilience?: ResilienceOptions;
  /**
   * Connects without the proxy; necessary if the test freezes this process, in which the proxy runs.
   * @default false
   */
  readonly isDirect?: boolean;
  /** Waits until the status is `up`. @default true */
  readonly waitUntilUp?: boolean;
}

/** A real server, a proxy in front of the server, and a resilience that connects through the proxy. */
export interface ProtectedRedis extends AsyncDisposable {
  readonly server: RedisServer;
  readonly proxy: ChaosProxy;
  readonly resilience: RedisResilience;
  readonly client: Redis;
  /** Resolves with the snapshot once it has this status. */
  until(status: RedisSnapshot['status'], timeoutMs?: number): Promise<RedisSnapshot>;
}

/** Starts a server, a proxy and a resilience; `await using` closes them. */
export async function startProtectedRedis(options: ProtectedRedisOptions = {}): Promise<ProtectedRedis> {
  const server = await startRedis(options.server);
  const proxy = await startProxy({ target: server });
  const resilience = createRedisResilience(
    { host: proxy.host, port: options.isDirect === true ? server.port : proxy.port, ...options.client },
    options.resilience,
  );
  const until = (status: RedisSnapshot['status'], timeoutMs = 5_000): Promise<RedisSnapshot> =>
    waitUntilStatus(resilience, status, timeoutMs);
  const dispose = async (): Promise<void> => {
    await resilience.close({ drainMs: 0 });
    await proxy.close();
    await server.stop();
  };
  try {
    if (options.waitUntilUp ?? true) await resilience.ready({ timeoutMs: 5_000 });
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    server,
    proxy,
    resilience,
    client: resilience.client,
    until,
    [Symbol.asyncDispose]: dispose,
  };
}

/** Resolves when the client is ready on a socket with another local port than this one. */
export async function waitUntilOnNewSocket(client: Redis, oldPort: number | undefined): Promise<void> {
  // After a socket was closed, its port is undefined, although the status of the client may still be `ready`.
  const isOnNewSocket = (): boolean =>
    client.status === 'ready' && ![oldPort, undefined].includes(client.stream.localPort);
  await waitFor(isOnNewSocket, { timeoutMs: 5_000, message: 'the client to be ready on a new socket' });
}

/** Resolves with the snapshot once it has this status. */
export function waitUntilStatus(
  resilience: RedisResilience,
  status: RedisSnapshot['status'],
  timeoutMs = 5_000,
): Promise<RedisSnapshot> {
  return waitFor(
    () => {
      const snapshot = resilience.snapshot();
      return snapshot.status === status ? snapshot : undefined;
    },
    { timeoutMs, message: `the status ${status}; it is ${resilience.snapshot().status}` },
  );
}

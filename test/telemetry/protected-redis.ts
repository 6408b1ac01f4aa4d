import { createRedisResilience, type RedisResilience, type ResilienceOptions } from '@redis-resilience/core';
import { startRedis, waitFor, type RedisServer } from '@redis-resilience/testing';

/** A real server, and a resilience connected to it; both are closed at the end of the scope. */
export interface ProtectedRedis extends AsyncDisposable {
  readonly server: RedisServer;
  readonly resilience: RedisResilience;
  see(status: 'up' | 'degraded' | 'down'): Promise<void>;
  takeDown(): Promise<void>;
  bringBack(): Promise<void>;
}

export async function startProtectedRedis(options: ResilienceOptions = {}): Promise<ProtectedRedis> {
  const server = await startRedis();
  const resilience = createRedisResilience(server.url, options);
  await resilience.ready({ timeoutMs: 10_000 });
  const see = async (status: string): Promise<void> => {
    const message = `${resilience.name} to be ${status}`;
    await waitFor(() => resilience.snapshot().status === status, { timeoutMs: 10_000, message });
  };
  return {
    server,
    resilience,
    see,
    async takeDown() {
      await server.kill();
      await see('down');
    },
    async bringBack() {
      await server.start();
      await see('up');
    },
    async [Symbol.asyncDispose]() {
      server.thaw();
      await resilience.close({ drainMs: 0 });
      await server.stop();
    },
  };
}

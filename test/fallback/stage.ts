import { createRedisResilience, type RedisResilience, type ResilienceOptions } from '@redis-resilience/core';
import { startRedis, type RedisServer, type StartRedisOptions } from '@redis-resilience/testing';
import { onTestFinished } from 'vitest';

/** A real server and a protected connection to it; both are closed when the test ends. */
export interface Stage {
  readonly server: RedisServer;
  readonly resilience: RedisResilience;
}

export async function stage(
  options: StartRedisOptions = {},
  resilienceOptions: ResilienceOptions = {},
): Promise<Stage> {
  const server = await startRedis(options);
  onTestFinished(() => server.stop());
  const resilience = connect(server.url, resilienceOptions);
  await resilience.ready({ timeoutMs: 5000 });
  return { server, resilience };
}

export function connect(url: string, options: ResilienceOptions = {}): RedisResilience {
  const resilience = createRedisResilience(url, options);
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  return resilience;
}

export async function takeDown({ server, resilience }: Stage): Promise<void> {
  await server.kill();
  await became(resilience, 'down');
}

export async function bringBack({ server, resilience }: Stage): Promise<void> {
  await server.start();
  await resilience.ready({ timeoutMs: 10_000 });
}

export function became(resilience: RedisResilience, status: 'up' | 'down'): Promise<void> {
  return new Promise((resolve) => {
    if (resilience.snapshot().status === status) return resolve();
    const stop = resilience.on('change', ({ snapshot }) => {
      if (snapshot.status !== status) return;
      stop();
      resolve();
    });
  });
}

/** Runs `run`, and resolves with its duration in milliseconds and its value or error. */
export async function timed<T>(run: () => Promise<T>): Promise<{ ms: number; value?: T; error?: Error }> {
  const startedAt = performance.now();
  try {
    const value = await run();
    return { ms: performance.now() - startedAt, value };
  } catch (error) {
    return { ms: performance.now() - startedAt, error: error as Error };
  }
}

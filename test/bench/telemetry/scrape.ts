import { createRedisResilience } from '@redis-resilience/core';
import { registerMetrics } from '@redis-resilience/telemetry/prometheus';
import { startRedis } from '@redis-resilience/testing';
import { Registry } from 'prom-client';

const callers = 50;

/**
 * Returns the durations of `rounds` scrapes in milliseconds, while Redis is down and 50 callers continue to issue
 * commands.
 */
export async function scrapeInOutage(rounds: number): Promise<readonly number[]> {
  await using server = await startRedis();
  const resilience = createRedisResilience(server.url);
  await resilience.ready();
  const registry = new Registry();
  const unregister = registerMetrics(resilience, { registry });
  let isOver = false;
  const call = async (): Promise<void> => {
    while (!isOver) {
      await resilience.execute((redis) => redis.get('key'), { fallback: () => null });
      await pause(10);
    }
  };
  const calls = Promise.all(Array.from({ length: callers }, call));
  await server.kill();
  const tookMs: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await pause(20);
    const startedAt = performance.now();
    await registry.metrics();
    tookMs.push(performance.now() - startedAt);
  }
  isOver = true;
  await calls;
  unregister();
  await resilience.close({ drainMs: 0 });
  return tookMs;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

import { createRedisResilience, type RedisResilience } from '@redis-resilience/core';
import { startRedis, waitFor, type RedisServer } from '@redis-resilience/testing';
import { onTestFinished } from 'vitest';

/** Two servers, which are stopped when the test ends. */
export interface TwoDatabases {
  readonly first: RedisServer;
  readonly second: RedisServer;
}

export async function startBoth(): Promise<TwoDatabases> {
  const [first, second] = await Promise.all([startRedis(), startRedis()]);
  onTestFinished(async () => {
    first.thaw();
    await Promise.all([first.stop(), second.stop()]);
  });
  return { first, second };
}

/** Creates a resilience, as another process would, that returns to the preferred database only on request. */
export function connectBoth({ first, second }: TwoDatabases): RedisResilience {
  const databases = [
    { name: 'first', target: first.url, weight: 2 },
    { name: 'second', target: second.url },
  ];
  const options = { logger: false, failback: { afterMs: false }, connection: { idlePingMs: 100 } } as const;
  const resilience = createRedisResilience({ databases }, options);
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  return resilience;
}

export async function untilBothAnswer(resilience: RedisResilience): Promise<void> {
  await resilience.ready({ timeoutMs: 10_000 });
  await waitFor(() => resilience.databases().every(({ health }) => health === 'up'));
}

export async function untilOn(resilience: RedisResilience, name: string): Promise<void> {
  await waitFor(
    () => {
      const { database, status } = resilience.snapshot();
      return database?.name === name && status === 'up';
    },
    { timeoutMs: 10_000, message: `calls to pass on ${name}` },
  );
}

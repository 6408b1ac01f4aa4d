import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { startProtectedRedis } from '../stage/protected-redis.ts';

type Step = readonly [cursor: string, elements: readonly string[]];

/** Number of SCAN calls before the server restarts. */
const restartAfter = 50;
const keys = Array.from({ length: 2000 }, (_, index) => `user:${index}`);

describe('a scan over a restart of the server', () => {
  it.each(['scan', 'hscan'] as const)(
    '%s finds every element, and tells that it began again',
    async (name) => {
      await using redis = await startKept();
      const { client } = redis;
      if (name === 'scan') await client.mset(keys.flatMap((key) => [key, '1']));
      else await client.hset('users', ...keys.flatMap((key) => [key, '1']));

      const { missed, restarted } = await scanOverRestart(redis, (cursor) =>
        name === 'scan' ? client.scan(cursor) : client.hscan('users', cursor),
      );

      expect(missed).toEqual([]);
      expect(restarted).toEqual([name]);
    },
  );

  it.each<readonly [string, (client: Redis, cursor: string) => Promise<unknown>]>([
    ['multi()', async (client, cursor) => (await client.multi().get('a').scan(cursor).exec())?.[1]?.[1]],
    [
      'a pipeline with two transactions',
      async (client, cursor) => {
        const pipeline = client.pipeline().call('multi').get('a').call('exec');
        const replies = await pipeline.call('multi').scan(cursor).call('exec').exec();
        return (replies?.[5]?.[1] as readonly unknown[] | undefined)?.[0];
      },
    ],
    [
      'a MULTI of single commands',
      async (client, cursor) => {
        await client.multi({ pipeline: false });
        await client.get('a');
        await client.scan(cursor);
        return (await client.exec())?.[1]?.[1];
      },
    ],
  ])('finds every element also from a cursor that EXEC returned, by %s', async (_by, step) => {
    await using redis = await startKept();
    const { client } = redis;
    await client.mset(keys.flatMap((key) => [key, '1']));

    const { missed, restarted } = await scanOverRestart(redis, async (cursor, steps) =>
      steps < restartAfter ? ((await step(client, cursor)) as Step) : client.scan(cursor),
    );

    expect(missed).toEqual([]);
    expect(restarted).toEqual(['scan']);
  });
});

/** Starts a persistent server, and a client whose calls wait for the server. */
function startKept() {
  return startProtectedRedis({
    server: { appendonly: true, config: { appendfsync: 'always' } },
    resilience: { timeoutMs: 10_000, admission: { maxWaitMs: 10_000, patience: 'deadline' } },
  });
}

/**
 * Scans all keys while the server restarts once. Returns the keys that the scan did not return, and how often it began
 * again.
 */
async function scanOverRestart(
  { server, resilience }: Awaited<ReturnType<typeof startKept>>,
  step: (cursor: string, steps: number) => Promise<Step>,
) {
  const restarted: string[] = [];
  resilience.on('scan-restart', ({ command }) => restarted.push(command));
  const found = new Set<string>();
  let cursor = '0';
  let steps = 0;
  do {
    const [next, elements] = await step(cursor, steps);
    for (const element of elements) found.add(element);
    cursor = next;
    if (++steps === restartAfter) await server.restart();
  } while (cursor !== '0');
  return { missed: keys.filter((key) => !found.has(key)), restarted };
}

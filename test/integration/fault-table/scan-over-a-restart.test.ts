import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { startProtectedRedis } from '../stage/protected-redis.ts';

const keys = Array.from({ length: 2000 }, (_, index) => `user:${index}`);

describe('a scan over a restart of the server', () => {
  it.each(['scan', 'hscan'] as const)(
    '%s finds every element, and tells that it began again',
    async (name) => {
      await using redis = await startProtectedRedis({
        server: { appendonly: true, config: { appendfsync: 'always' } },
        resilience: { timeoutMs: 10_000, admission: { maxWaitMs: 10_000, patience: 'deadline' } },
      });
      const { client, server, resilience } = redis;
      const restarted: string[] = [];
      resilience.on('scan-restart', ({ command }) => restarted.push(command));
      if (name === 'scan') await client.mset(keys.flatMap((key) => [key, '1']));
      else await client.hset('users', ...keys.flatMap((key) => [key, '1']));

      const found = new Set<string>();
      let cursor = '0';
      let steps = 0;
      do {
        const [next, elements] =
          name === 'scan' ? await client.scan(cursor) : await client.hscan('users', cursor);
        for (const element of elements) found.add(element);
        cursor = next;
        if (++steps === 50) await server.restart();
      } while (cursor !== '0');

      expect(keys.filter((key) => !found.has(key))).toEqual([]);
      expect(restarted).toEqual([name]);
    },
  );

  type Step = readonly [cursor: string, elements: readonly string[]];

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
    await using redis = await startProtectedRedis({
      server: { appendonly: true, config: { appendfsync: 'always' } },
      resilience: { timeoutMs: 10_000, admission: { maxWaitMs: 10_000, patience: 'deadline' } },
    });
    const { client, server, resilience } = redis;
    const restarted: string[] = [];
    resilience.on('scan-restart', ({ command }) => restarted.push(command));
    await client.mset(keys.flatMap((key) => [key, '1']));

    const found = new Set<string>();
    let cursor = '0';
    let steps = 0;
    do {
      const answer = steps < 50 ? ((await step(client, cursor)) as Step) : await client.scan(cursor);
      const [next, elements] = answer;
      for (const element of elements) found.add(element);
      cursor = next;
      if (++steps === 50) await server.restart();
    } while (cursor !== '0');

    expect(keys.filter((key) => !found.has(key))).toEqual([]);
    expect(restarted).toEqual(['scan']);
  });
});

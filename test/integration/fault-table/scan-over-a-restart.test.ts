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
});

import { createRedisResilience } from '@redis-resilience/core';
import { startRedis, waitFor } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { servePage, type Watched } from './served-page.ts';

function lastState(watched: Watched): { readonly connections: readonly Record<string, unknown>[] } {
  const states = watched.text().match(/(?<=^event: state\ndata: ).*$/gm) ?? ['{"connections":[{}]}'];
  return JSON.parse(states.at(-1) ?? '') as { connections: Record<string, unknown>[] };
}

it('shows all databases and their changes, and lets admitted visitors choose another one', async () => {
  await using first = await startRedis();
  await using second = await startRedis();
  const resilience = createRedisResilience(
    {
      databases: [
        { name: 'first', target: first.url, weight: 2 },
        { name: 'second', target: second.url },
      ],
    },
    { logger: false, connection: { idlePingMs: 100 } },
  );
  await resilience.ready({ timeoutMs: 10_000 });
  await using page = await servePage({ resilience, authorize: () => true });
  using watched = await page.watch();
  await waitFor(() => /"token":"[^"]+/.test(watched.text()));
  const token = /"token":"([^"]+)/.exec(watched.text())?.[1] ?? '';
  const choose = async (database: string, headers = { 'x-redis-status-token': token }) =>
    page.ask(`/redis-status/use-database?connection=default&database=${database}`, 'POST', {
      origin: page.origin,
      ...headers,
    });

  expect((await choose('second', { 'x-redis-status-token': '' })).status).toBe(403);
  expect((await choose('third')).status).toBe(404);
  expect(resilience.snapshot().database?.name).toBe('first');
  expect((await choose('second')).status).toBe(204);
  expect(resilience.snapshot().database?.name).toBe('second');
  await waitFor(() => /"databaseChanges":\[\{/.test(watched.text()));
  expect(lastState(watched).connections[0]).toMatchObject({
    databases: [
      { name: 'first', inUse: false, preferred: true, weight: 2 },
      { name: 'second', inUse: true, preferred: false, health: 'up', cause: null },
    ],
    databaseChanges: [{ from: 'first', to: 'second', reason: 'by-hand' }],
    pool: { max: 10, active: 0, waiting: 0, oldestLeaseMs: null },
  });
  await first.kill();
  const refusal = await choose('first');
  expect(refusal.status).toBe(409);
  expect(refusal.text).toMatch(/does not answer/);
  expect(watched.text()).not.toMatch(new RegExp(`127\\.0\\.0\\.1|${first.port}|${second.port}`));
  await resilience.close({ drainMs: 0 });
});

import { koaSessionStore } from '@redis-resilience/fallback/sessions';
import { waitFor } from '@redis-resilience/testing';
import { expect, it, onTestFinished } from 'vitest';
import { connectBoth, startBoth, untilBothAnswer } from './two-databases.ts';

const monthMs = 30 * 86_400_000;

async function startProcess(servers: Awaited<ReturnType<typeof startBoth>>) {
  const resilience = connectBoth(servers);
  await untilBothAnswer(resilience);
  const store = koaSessionStore(resilience);
  onTestFinished(() => store.kept.close());
  return { resilience, store };
}

it('a session that was destroyed stays destroyed after a change of database, and after coming back', async () => {
  const servers = await startBoth();
  const { first, second } = servers;
  const one = await startProcess(servers);
  const other = await startProcess(servers);
  for (const sid of ['ada', 'bob']) {
    await one.store.set(sid, { user: sid }, monthMs);
    await second.command('SET', `sess:${sid}`, String(await first.command('GET', `sess:${sid}`)));
  }
  expect(await other.store.get('ada')).toEqual({ user: 'ada' });
  await waitFor(async () => String(await first.command('CLIENT', 'LIST')).match(/ sub=1 /g)?.length === 2);
  await one.store.destroy('ada');
  await waitFor(() => other.store.kept.copies === 0);

  await other.resilience.failover('second');
  expect(await other.store.get('ada')).toBeNull();
  await one.resilience.failover('second');
  expect(await one.store.get('ada')).toBeNull();
  await waitFor(async () => (await second.command('EXISTS', 'sess:ada')) === 0);
  await one.store.destroy('bob');
  await one.resilience.failover('first');
  expect(await one.store.get('bob')).toBeNull();
  await waitFor(async () => (await first.command('EXISTS', 'sess:bob')) === 0);
  const late = await startProcess(servers);
  expect(await late.store.get('ada')).toBeNull();
  expect(await late.store.get('bob')).toBeNull();
});

import { createRequestGuard } from '@redis-resilience/core/http';
import { waitFor } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { startProtectedRedis } from '../stage/protected-redis.ts';
import { UnhandledRejections } from '../stage/unhandled-rejections.ts';

it('a command that nobody awaits is no unhandled rejection, however long the outage, and its error can be had', async () => {
  await using redis = await startProtectedRedis({ resilience: { timeoutMs: 300 } });
  using rejections = new UnhandledRejections();
  const failed: string[] = [];
  redis.resilience.on('command-failed', ({ code, outcome }) => failed.push(`${code}: ${outcome}`));
  await redis.client.ping();

  redis.proxy.blackhole({ existing: true, incoming: true });
  for (let call = 0; call < 20; call++) {
    void redis.client.publish('news', 'text');
    void redis.client.incr('visits');
    void redis.client.set('key', 'value');
    void redis.client.multi().incr('visits').exec();
  }
  await waitFor(() => redis.resilience.snapshot().status === 'down' && failed.length >= 80);
  void redis.client.publish('news', 'text');
  void redis.client.multi().incr('visits').exec();
  const transaction = await redis.client
    .multi()
    .incr('visits')
    .exec()
    .catch((error: unknown) => error);
  const awaited = await redis.client.incr('visits').catch((error: unknown) => error);
  await waitFor(() => failed.length >= 84);

  expect(await rejections.list()).toEqual([]);
  expect([transaction, awaited]).toMatchObject([{ outcome: 'not-applied' }, { outcome: 'not-applied' }]);
  expect(new Set(failed)).toContain('COMMAND_TIMEOUT: unknown');
});

it('an operation that nobody awaits is no unhandled rejection in an outage', async () => {
  await using redis = await startProtectedRedis({ resilience: { timeoutMs: 300 } });
  using rejections = new UnhandledRejections();
  const guard = createRequestGuard(redis.resilience);

  redis.proxy.blackhole({ existing: true, incoming: true });
  for (let call = 0; call < 20; call++) {
    void redis.resilience.execute((client) => client.incr('visits'));
    void guard.execute((client) => client.get('visits'));
  }
  await redis.until('down');
  void guard.execute((client) => client.get('visits'));
  const awaited = await guard.execute((client) => client.get('visits')).catch((error: unknown) => error);

  expect(awaited).toMatchObject({ outcome: 'not-applied' });
  expect(await rejections.list()).toEqual([]);
});

it('a lease, a transaction and every other wait for Redis that nobody awaits is no unhandled rejection in an outage', async () => {
  await using redis = await startProtectedRedis({ resilience: { timeoutMs: 300 } });
  using rejections = new UnhandledRejections();
  const { resilience } = redis;
  const failing = (): readonly Promise<unknown>[] => [
    resilience.lease((client) => client.get('visits')),
    resilience.transaction(['visits'], async (tx) => await tx.get('visits')),
    resilience.applyOnce({ id: 'once', timeoutMs: 100 }, 'incr', 'visits'),
    resilience.ready({ timeoutMs: 100 }),
  ];
  const held = resilience.lease(async (client) => {
    await client.get('visits');
    await redis.until('down');
    return await client.get('visits');
  });
  await waitFor(() => resilience.detail().pool.active === 1);

  redis.proxy.blackhole({ existing: true, incoming: true });
  void failing();
  await redis.until('down');
  void failing();
  void resilience.reconnect();
  const awaited = await Promise.allSettled(failing());
  void held;
  await resilience.close({ drainMs: 0 });
  void failing();

  expect(awaited.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected']);
  expect(await rejections.list()).toEqual([]);
});

it('a lease that close() ends, and that nobody awaits, is no unhandled rejection', async () => {
  await using redis = await startProtectedRedis();
  using rejections = new UnhandledRejections();
  const { resilience } = redis;
  const forever = new Promise<never>(() => undefined);

  void resilience.lease(() => forever, { timeoutMs: 60_000 });
  void resilience.transaction(['visits'], () => forever, { timeoutMs: 60_000 });
  const awaited = resilience.lease(() => forever).catch((error: unknown) => error);
  await waitFor(() => resilience.detail().pool.active === 3);
  await resilience.close({ drainMs: 0 });

  expect(await awaited).toMatchObject({ code: 'LEASE_ENDED' });
  expect(await rejections.list()).toEqual([]);
});

it("an error of a lease's own work that nobody awaits stays an unhandled rejection", async () => {
  await using redis = await startProtectedRedis();
  using rejections = new UnhandledRejections();
  const mistake = new Error('a mistake in the work');

  void redis.resilience.lease(() => Promise.reject(mistake));
  await waitFor(() => rejections.reasons.length > 0);

  expect(await rejections.list()).toEqual([mistake]);
});

import { createRedisResilience } from '@redis-resilience/core';
import { diagnose } from '@redis-resilience/doctor';
import { startRedis, waitFor } from '@redis-resilience/testing';
import { expect, it } from 'vitest';

it('a standby with a wrong password is named by the doctor, and harms nobody', async () => {
  await using first = await startRedis();
  await using second = await startRedis({ password: 'open-sesame' });
  const url = second.url.replace('open-sesame', 'open-barley');
  const databases = [
    { name: 'first', target: first.url, weight: 2 },
    { name: 'second', target: url },
  ];
  const resilience = createRedisResilience({ databases }, { logger: false });
  await resilience.ready({ timeoutMs: 5_000 });
  await waitFor(() => resilience.databases().some(({ health }) => health === 'down'));
  const { healthy, findings } = await diagnose(resilience, { depth: 'short', host: false });
  const status = resilience.snapshot().status;
  await resilience.close();

  expect(findings.find(({ code }) => code === 'standby-away')).toMatchObject({
    severity: 'warning',
    evidence: { database: 'second', cause: 'auth' },
  });
  expect({ healthy, status }).toEqual({ healthy: true, status: 'up' });
  expect(JSON.stringify(findings)).not.toMatch(/sesame|barley/);
});

it('WATCH and blocking commands on the shared client are named by the doctor, those of a lease are not', async () => {
  await using server = await startRedis();
  const resilience = createRedisResilience(server.url, { logger: false });
  await resilience.ready({ timeoutMs: 5_000 });
  await resilience.lease((client) => client.watch('a'));
  await resilience.transaction(['a'], (tx) => tx.commit((multi) => [multi.incr('a')]));
  await resilience.client.duplicate().blpop('none', 0.01);
  const before = await diagnose(resilience, { depth: 'short', host: false });
  await resilience.client.watch('a');
  await resilience.client.blpop('none', 0.01);
  const { findings } = await diagnose(resilience, { depth: 'short', host: false });
  await resilience.close();

  const shared = /^shared-/;
  expect(before.findings.filter(({ code }) => shared.test(code))).toEqual([]);
  expect(findings.filter(({ code }) => shared.test(code))).toMatchObject([
    { code: 'shared-watch', severity: 'warning', next: expect.stringContaining('transaction') as string },
    { code: 'shared-blocking', severity: 'info', next: expect.stringContaining('lease') as string },
  ]);
});

it('a pool whose connections are all kept is named by the doctor', async () => {
  await using server = await startRedis();
  const resilience = createRedisResilience(server.url, { logger: false, pool: { max: 1 } });
  await resilience.ready({ timeoutMs: 5_000 });
  let release: () => void = () => undefined;
  const kept = resilience.lease(() => new Promise<void>((resolve) => (release = resolve)));
  await waitFor(() => resilience.detail().pool.active === 1);
  const waiting = resilience.lease((client) => client.ping(), { timeoutMs: 10_000 });
  await waitFor(() => (resilience.detail().pool.oldestLeaseMs ?? 0) > 1_000);
  const { findings } = await diagnose(resilience, { depth: 'short', host: false });
  release();
  await Promise.all([kept, waiting]);
  const after = await diagnose(resilience, { depth: 'short', host: false });
  await resilience.close();

  expect(findings.find(({ code }) => code === 'pool-full')).toMatchObject({
    severity: 'warning',
    evidence: { active: 1, waiting: 1 },
  });
  expect(after.findings.map(({ code }) => code)).not.toContain('pool-full');
});

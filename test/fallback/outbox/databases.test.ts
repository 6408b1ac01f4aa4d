import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRedisResilience, type RedisResilience } from '@redis-resilience/core';
import { createOutbox } from '@redis-resilience/fallback/outbox';
import { startRedis, waitFor, type RedisServer } from '@redis-resilience/testing';
import { expect, it, onTestFinished } from 'vitest';

interface Servers {
  readonly first: RedisServer;
  readonly second: RedisServer;
}

async function startBoth(): Promise<Servers> {
  const [first, second] = await Promise.all([startRedis(), startRedis()]);
  onTestFinished(async () => {
    first.thaw();
    await Promise.all([first.stop(), second.stop()]);
  });
  return { first, second };
}

function connect({ first, second }: Servers): RedisResilience {
  const databases = [
    { name: 'first', target: first.url, weight: 2 },
    { name: 'second', target: second.url },
  ];
  const connection = { idlePingMs: 100 };
  const resilience = createRedisResilience(
    { databases },
    { logger: false, failback: { afterMs: false }, connection },
  );
  onTestFinished(() => resilience.close({ drainMs: 0 }));
  return resilience;
}

async function untilOn(resilience: RedisResilience, name: string): Promise<void> {
  await waitFor(
    () => {
      const { database, status } = resilience.snapshot();
      return database?.name === name && status === 'up';
    },
    { timeoutMs: 10_000, message: `calls to pass on ${name}` },
  );
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'outbox-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

it('a kept write that may have reached one database is never sent to another, in this run or the next', async () => {
  const servers = await startBoth();
  const { first, second } = servers;
  const path = folder();
  const resilience = connect(servers);
  await resilience.ready({ timeoutMs: 10_000 });
  await waitFor(() => resilience.databases().every(({ health }) => health === 'up'));
  const outbox = createOutbox(resilience, { path, addTimeoutMs: 100 });
  await outbox.ready();
  await first.freeze();
  const receipt = await outbox.add('incr', ['unknown']);
  await untilOn(resilience, 'second');
  await outbox.add('incr', ['later']);
  await waitFor(async () => (await second.command('GET', 'later')) === '1');
  expect(receipt.state).toBe('kept');
  expect(outbox.size).toBe(1);
  await outbox.close();
  await resilience.close({ drainMs: 0 });

  const nextResilience = connect(servers);
  const nextOutbox = createOutbox(nextResilience, { path });
  onTestFinished(() => nextOutbox.close());
  await nextOutbox.ready();
  await untilOn(nextResilience, 'second');
  await nextOutbox.add('incr', ['other']);
  await waitFor(async () => (await second.command('GET', 'other')) === '1');
  expect(nextOutbox.size).toBe(1);
  first.thaw();
  await waitFor(() => nextResilience.databases().every(({ health }) => health === 'up'));
  await nextResilience.failover('first');
  await nextOutbox.drain({ timeoutMs: 5_000 });

  expect(await first.command('GET', 'unknown')).toBe('1');
  expect(await second.command('GET', 'unknown')).toBeNull();
});

it('a kept write that was never sent goes to the database that is in use', async () => {
  const servers = await startBoth();
  const { first, second } = servers;
  const resilience = connect(servers);
  await resilience.ready({ timeoutMs: 10_000 });
  await waitFor(() => resilience.databases().every(({ health }) => health === 'up'));
  const outbox = createOutbox(resilience);
  onTestFinished(() => outbox.close());
  const putBack = resilience.isolate('the test keeps a write');
  await outbox.add('incr', ['visits']);
  await first.kill();
  putBack();
  await untilOn(resilience, 'second');
  await outbox.drain({ timeoutMs: 10_000 });

  expect(await second.command('GET', 'visits')).toBe('1');
});

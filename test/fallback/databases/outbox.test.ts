import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOutbox } from '@redis-resilience/fallback/outbox';
import { waitFor } from '@redis-resilience/testing';
import { expect, it, onTestFinished } from 'vitest';
import { connectBoth, startBoth, untilBothAnswer, untilOn } from './two-databases.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'outbox-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

it('a kept write that may have reached one database is never sent to another, in this run or the next', async () => {
  const servers = await startBoth();
  const { first, second } = servers;
  const path = folder();
  const resilience = connectBoth(servers);
  await untilBothAnswer(resilience);
  const outbox = createOutbox(resilience, { path, addTimeoutMs: 100 });
  await outbox.ready();
  await first.freeze();
  const receipt = await outbox.add('incr', ['unknown']);
  await untilOn(resilience, 'second');
  await outbox.add('incr', ['later']);
  await waitFor(async () => (await second.command('GET', 'later')) === '1');
  expect(receipt.state).toBe('kept');
  await waitFor(() => outbox.size === 1);
  await outbox.close();
  await resilience.close({ drainMs: 0 });

  const nextResilience = connectBoth(servers);
  const nextOutbox = createOutbox(nextResilience, { path });
  onTestFinished(() => nextOutbox.close());
  await nextOutbox.ready();
  await untilOn(nextResilience, 'second');
  await nextOutbox.add('incr', ['other']);
  await waitFor(async () => (await second.command('GET', 'other')) === '1');
  await waitFor(() => nextOutbox.size === 1);
  first.thaw();
  await untilBothAnswer(nextResilience);
  await nextResilience.failover('first');
  await nextOutbox.drain({ timeoutMs: 5_000 });

  expect(await first.command('GET', 'unknown')).toBe('1');
  expect(await second.command('GET', 'unknown')).toBeNull();
});

it('a kept write that was never sent goes to the database that is in use', async () => {
  const servers = await startBoth();
  const { first, second } = servers;
  const resilience = connectBoth(servers);
  await untilBothAnswer(resilience);
  const outbox = createOutbox(resilience);
  onTestFinished(() => outbox.close());
  const putBack = resilience.isolate('the test keeps a write');
  await outbox.add('incr', ['visits']);
  await first.kill();
  await waitFor(() => resilience.snapshot().database?.name === 'second', { timeoutMs: 10_000 });
  putBack();
  await untilOn(resilience, 'second');
  await outbox.drain({ timeoutMs: 10_000 });

  expect(await second.command('GET', 'visits')).toBe('1');
});

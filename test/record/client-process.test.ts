import { join } from 'node:path';
import { waitFor } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { anomaliesIn } from '../bench/record/check/anomalies.ts';
import { ClientProcess } from '../bench/record/client/client-process.ts';

it('a client process that hangs is ended, and its calls count as never settled', async () => {
  const order = {
    client: 'any',
    target: { kind: 'single', host: '127.0.0.1', port: 1 },
    seed: 1,
    process: 'p',
    startedAt: 0,
  } as const;
  const client = new ClientProcess(order, join(import.meta.dirname, 'hanging-client.mjs'));
  expect(await client.isConnected(20_000)).toBe(true);
  client.tell('begin');
  await waitFor(() => client.operations.length > 0, { timeoutMs: 10_000 });
  await client.end(50);
  expect(client.hasEnded).toBe(false);
  expect(anomaliesIn(client.operations)).toMatchObject({ neverSettled: 1 });
});

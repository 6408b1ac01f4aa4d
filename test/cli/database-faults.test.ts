import { waitFor } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { flappingFirst } from '../../packages/cli/src/drill/faults/database-faults.ts';
import type { FaultContext } from '../../packages/cli/src/drill/faults/fault.ts';

it('a flapping database is up after the repair, even if that begins while the database is being killed', async () => {
  const kills: (() => void)[] = [];
  const server = {
    running: true,
    start: () => Promise.resolve((server.running = true)),
    kill: () =>
      new Promise<void>((resolve) => {
        kills.push(() => {
          server.running = false;
          resolve();
        });
      }),
  };
  const context = { stage: { server }, parameters: { downMs: 1, upMs: 1 }, seed: 1 };
  const breaking = flappingFirst(context as unknown as FaultContext);
  kills.shift()?.();
  const repair = await breaking;
  await waitFor(() => kills.length === 1);
  const repaired = repair();
  kills.shift()?.();
  await repaired;
  expect(server.running).toBe(true);
});

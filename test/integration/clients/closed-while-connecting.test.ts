import { setImmediate as nextTurn } from 'node:timers/promises';
import { protect } from '@redis-resilience/core';
import { startRedis, waitFor } from '@redis-resilience/testing';
import { Redis } from 'ioredis';
import { expect, it, onTestFinished } from 'vitest';

it.each([0, 1, 2])(
  'a client that is protected %i turns after it began to connect closes, and stays closed',
  async (turns) => {
    await using server = await startRedis();
    const client = new Redis({ host: server.host, port: server.port });
    onTestFinished(() => client.disconnect());
    for (let turn = 0; turn < turns; turn++) await nextTurn();
    expect(client.status).not.toBe('ready');
    const resilience = protect(client);
    await resilience.close({ drainMs: 0 });
    expect(client.status).toBe('end');
    expect(resilience.snapshot()).toMatchObject({ connection: 'ended', cause: { code: 'closed' } });
    // The only connection that is left is the one over which the test sends CLIENT LIST.
    await waitFor(
      async () =>
        (await server.command('CLIENT', 'LIST', 'TYPE', 'normal'))?.toString().trim().split('\n').length ===
        1,
    );
  },
);

import { startRedis, waitFor } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import { Standbys } from '../../../packages/core/src/databases/standbys.ts';
import { openSocket } from '../../../packages/core/src/handshake/open-socket.ts';
import { resolveSettings } from '../../../packages/core/src/options/settings.ts';

it('a database that did not answer when it was asked for is dialed no faster afterwards', async () => {
  const server = await startRedis();
  const { port } = server;
  await server.stop();
  let fastAttempts = 0;
  let losses = 0;
  const standbys = new Standbys(
    [{ name: 'second', weight: 1, isReadOnly: false, options: {} }],
    {
      settings: resolveSettings({ connection: { idlePingMs: 20 } }),
      targetOf: () => ({
        endpoint: () => Promise.resolve({ host: '127.0.0.1', port }),
        open: openSocket,
        credentials: undefined,
        credentialsTimeoutMs: 1_000,
        keepAliveMs: 0,
        wantsHello: () => false,
        session: () => ({ database: 0, clientName: undefined, readOnly: false }),
        requiresPrimary: false,
      }),
      periodMsOf: () => {
        fastAttempts++;
        return 20;
      },
    },
    () => void losses++,
  );
  standbys.watchAllBut('first');
  await waitFor(() => losses > 0);
  await expect(standbys.prove('second', new AbortController().signal)).rejects.toThrow('does not answer');
  const [before, lost] = [fastAttempts, losses];
  await waitFor(() => losses >= lost + 3);
  expect(fastAttempts).toBe(before);

  standbys.need();
  await waitFor(() => losses >= lost + 5);
  await expect(standbys.prove('second', new AbortController().signal)).rejects.toThrow('does not answer');
  const needed = fastAttempts;
  await waitFor(() => fastAttempts > needed + 1);
  standbys.close();
});

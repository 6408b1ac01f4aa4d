import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { waitFor } from '@redis-resilience/testing';
import { expect, it } from 'vitest';
import type { PageState } from '../../../packages/telemetry/src/status-page/page-state.ts';
import { Watchers } from '../../../packages/telemetry/src/status-page/watchers.ts';

const greeting = { token: null };
const state: PageState = { now: 0, connections: [] };
// About as large as the state that the page would receive from a process with many connections.
const large = { now: 0, connections: [{ name: 'x'.repeat(64 * 1024) }] } as unknown as PageState;

it('the watchers of a status page are dropped when they do not read, before they cost much', async () => {
  const responses: ServerResponse[] = [];
  const watchers = new Watchers(50);
  const openCount = () => responses.filter(({ destroyed }) => !destroyed).length;
  const server = createServer((_request, response) => {
    responses.push(response);
    watchers.add(response, greeting, state);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const open = async (reads: boolean) => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    await once(socket, 'connect');
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    if (reads) socket.resume();
    else socket.pause();
    return socket;
  };
  const slow = await Promise.all(Array.from({ length: 20 }, () => open(false)));
  const quick = await open(true);
  await waitFor(() => openCount() === 21);
  let mostBuffered = 0;
  await waitFor(
    () => {
      watchers.send(large);
      mostBuffered = Math.max(mostBuffered, ...responses.map(({ writableLength }) => writableLength));
      return openCount() === 1;
    },
    { timeoutMs: 20_000, intervalMs: 1, message: 'the slow readers to be dropped' },
  );
  expect(mostBuffered).toBeLessThan(1024 * 1024);
  quick.destroy();
  await waitFor(() => watchers.isEmpty);
  for (const socket of slow) socket.destroy();
  server.close();
});

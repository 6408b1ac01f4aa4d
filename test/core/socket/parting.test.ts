import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import type { Driver } from '../../../packages/core/src/driver/driver.ts';
import { endSocket } from '../../../packages/core/src/socket/parting.ts';
import { BackgroundClock } from '../fakes/background-clock.ts';

it.each([
  ['replies are due', 10, 2_000],
  ['a call blocks without a timeout', Infinity, 1_000],
])('a socket on which %s is ended when its peer had time to answer', async (_, blockingMs, graceMs) => {
  // A peer that does not close its side of the connection.
  const server = createServer({ allowHalfOpen: true });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [peer] = await Promise.all([once(server, 'connection'), once(socket, 'connect')]);
  const clock = new BackgroundClock({ nowMs: 1_000 });
  const driver = {
    unansweredCount: () => 1,
    oldestUnanswered: () => ({ call: { blockingMs } }),
  } as unknown as Driver;
  endSocket(socket, true, driver, clock);
  await clock.travelAsync(graceMs - 1);
  expect(socket.destroyed).toBe(false);
  await clock.travelAsync(2);
  expect(socket.destroyed).toBe(true);
  peer[0].destroy();
  server.close();
});

import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { verifyHandshake } from '../../../packages/core/src/handshake/verify-handshake.ts';
import { bulk, honest, HostileServer } from '../../bench/fuzz/hostile-server.ts';

it('a field of INFO that is longer than any that Redis sends is not kept', async () => {
  await using server = await HostileServer.start();
  server.hostility = ([name]) =>
    name === 'INFO'
      ? bulk(`role:master\r\nrun_id:${'r'.repeat(1_000_000)}\r\nconnected_clients:7\r\n`)
      : honest;
  const socket = connect(server.port, server.host);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  const { info } = await verifyHandshake(socket, {
    credentials: undefined,
    hello: false,
    session: { database: 0, clientName: undefined, readOnly: false },
    signal: new AbortController().signal,
  });
  expect(info).toEqual({ role: 'master', connected_clients: '7' });
});

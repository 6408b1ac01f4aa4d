import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { productOf } from '../../../packages/core/src/handshake/server-product.ts';
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

it('the product of a server is named only by what looks like a version', () => {
  expect(productOf({ redis_version: '7.4.1' })).toBe('Redis 7.4.1');
  expect(productOf({ redis_version: '7.2.4', valkey_version: '8.0.2' })).toBe('Valkey 8.0.2');
  expect(productOf({ redis_version: '\u001b[31m7' })).toBeUndefined();
  expect(productOf({})).toBeUndefined();
});

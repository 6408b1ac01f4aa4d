import net from 'node:net';
import { createRedisResilience } from '@redis-resilience/core';
import { startRedis } from '@redis-resilience/testing';
import { afterEach, expect, it } from 'vitest';
import { supportedProtocols } from '../stage/supported-protocols.ts';

const sockets = new Set<net.Socket>();

afterEach(() => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
});

/**
 * Forwards bytes to this port, and counts the round trips of each connection: how often the client sent data after it
 * had received some.
 */
async function countingRelay(port: number): Promise<{ readonly port: number; readonly trips: number[] }> {
  const trips: number[] = [];
  const relay = net.createServer((client) => {
    const index = trips.push(0) - 1;
    const server = net.connect(port, '127.0.0.1');
    let hasHeard = true;
    client.on('data', (chunk) => {
      if (hasHeard) trips[index]!++;
      hasHeard = false;
      server.write(chunk);
    });
    server.on('data', (chunk) => {
      hasHeard = true;
      client.write(chunk);
    });
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  relay.unref();
  return { port: (relay.address() as net.AddressInfo).port, trips };
}

it.each(supportedProtocols)(
  'a connection costs two round trips up to the first answer, with login, database and name, RESP%d',
  async (protocol) => {
    await using server = await startRedis({ password: 'secret' });
    const relay = await countingRelay(server.port);
    const resilience = createRedisResilience({
      host: '127.0.0.1',
      port: relay.port,
      password: 'secret',
      db: 2,
      connectionName: 'shop',
      protocol,
    } as object);
    await resilience.client.set('greeting', 'hello');
    for (const socket of sockets) socket.resetAndDestroy();
    expect(await resilience.client.get('greeting')).toBe('hello');

    expect(relay.trips).toEqual([2, 2]);
    expect(await resilience.client.client('GETNAME')).toBe('shop');
    expect(await resilience.client.client('INFO')).toMatch(/ db=2 .*user=default/);
    await resilience.close({ drainMs: 0 });
  },
);

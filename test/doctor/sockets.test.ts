import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { listeningSockets } from '../../packages/doctor/src/evidence/host/sockets.ts';

// More lines than the kernel returns in one read, before and after the lines of the connections.
const count = 100;

it.runIf(process.platform === 'linux')('finds each listening socket beside many connections', async () => {
  const servers = await Promise.all(Array.from({ length: count }, () => listen()));
  const [first] = servers as [number];
  await Promise.all(Array.from({ length: count }, () => connectTo(first)));
  const ports = listeningSockets('/proc/self').map(({ port }) => port);
  expect(servers.filter((port) => !ports.includes(port))).toEqual([]);
});

async function listen(): Promise<number> {
  const server: Server = createServer((socket) => onTestFinished(() => void socket.destroy()));
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function connectTo(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
}

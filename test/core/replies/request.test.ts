import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { startOddPeer, startRedis } from '@redis-resilience/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ErrorReply } from '../../../packages/core/src/replies/reply.ts';
import { request } from '../../../packages/core/src/replies/request.ts';

const never = new AbortController().signal;

async function connectTo({ port }: { readonly port: number }, localAddress?: string): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

describe('a request', () => {
  it('resolves with one reply for each command, error replies among them', async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const socket = await connectTo(server);
    const replies = await request(socket, [['PING'], ['NOSUCH'], ['CLIENT', 'ID']], never);
    expect(replies).toEqual(['PONG', expect.any(ErrorReply), expect.any(Number)]);
    expect(await request(socket, [['ECHO', 'again']], never)).toEqual(['again']);
    expect(socket.listenerCount('data')).toBe(0);
    expect(socket.isPaused()).toBe(true);
  });

  it('takes no push for a reply', async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const socket = await connectTo(server);
    const commands = [
      ['HELLO', '3'],
      ['CLIENT', 'TRACKING', 'ON', 'BCAST'],
      ['SET', 'k', 'v'],
    ];
    expect((await request(socket, commands, never)).slice(1)).toEqual(['OK', 'OK']);
    await server.command('SET', 'k', 'w');
    expect(await request(socket, [['GET', 'k'], ['PING']], never)).toEqual(['w', 'PONG']);
  });

  it('rejects with the reply of a server that has no connection left', async () => {
    const peer = await startOddPeer('max-clients');
    onTestFinished(() => peer.close());
    const refused = request(await connectTo(peer), [['PING'], ['INFO']], never);
    await expect(refused).rejects.toMatchObject({ name: 'ErrorReply', message: /max number of clients/ });
  });

  it('rejects with the reply of a server in protected mode', async () => {
    const server = await startRedis({ config: { 'protected-mode': 'yes' } });
    onTestFinished(() => server.stop());
    // The server trusts only clients at 127.0.0.1.
    const socket = await connectTo(server, '127.0.0.2');
    const refused = request(socket, [['AUTH', 'secret'], ['PING'], ['INFO']], never);
    await expect(refused).rejects.toMatchObject({ name: 'ErrorReply', code: 'DENIED' });
  });

  it('rejects when the peer is no Redis', async () => {
    const peer = await startOddPeer('http');
    onTestFinished(() => peer.close());
    const refused = request(await connectTo(peer), [['PING']], never);
    await expect(refused).rejects.toMatchObject({ name: 'ProtocolError', reason: 'not-resp' });
  });

  it('rejects with the reason of its signal, and leaves the socket without listeners', async () => {
    const peer = await startOddPeer('silent');
    onTestFinished(() => peer.close());
    const socket = await connectTo(peer);
    const abort = new AbortController();
    const refused = request(socket, [['PING']], abort.signal);
    abort.abort(new Error('no time'));
    await expect(refused).rejects.toThrow('no time');
    await expect(request(socket, [['PING']], abort.signal)).rejects.toThrow('no time');
    expect(socket.listenerCount('data') + socket.listenerCount('close')).toBe(0);
  });

  it('rejects when the connection is closed in between, and when it was before', async () => {
    const server = createServer((socket) => socket.once('data', () => socket.end('+OK\r\n')));
    server.listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const socket = await connectTo(server.address() as { port: number });
    const refused = request(socket, [['PING'], ['PING']], never);
    await expect(refused).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect(request(socket, [['PING']], never)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});

it('a request ends when the peer sends nothing but pushes', async () => {
  const peer = createServer((socket) => {
    const pushes = '>2\r\n+a\r\n+b\r\n'.repeat(500);
    const pour = (): void => {
      while (!socket.destroyed && socket.write(pushes));
      socket.once('drain', pour);
    };
    socket.on('error', () => undefined).once('data', pour);
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void peer.close());
  await once(peer, 'listening');
  const socket = await connectTo(peer.address() as AddressInfo);
  await expect(request(socket, [['PING']], never)).rejects.toMatchObject({ name: 'ProtocolError' });
});

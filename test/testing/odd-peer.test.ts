import { connect as connectTcp } from 'node:net';
import { startOddPeer, waitFor, type OddPeer, type OddPeerKind } from '@redis-resilience/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect, ping, resp, watch } from './raw-client.ts';

describe('startOddPeer', () => {
  it.each<[OddPeerKind, RegExp]>([
    ['http', /^HTTP\/1\.1 400 Bad Request\r\nServer: nginx[^]*<\/html>\r\n$/],
    ['ssh', /^SSH-2\.0-OpenSSH_[^]*Invalid SSH identification string\.\r\n$/],
    ['postgres', /^$/],
    ['closes', /^$/],
    ['max-clients', /^-ERR max number of clients reached\r\n$/],
  ])('answers a Redis client as %s does, and closes', async (kind, answer) => {
    const client = await connect(await peer(kind));
    client.socket.write(ping);
    await waitFor(() => client.ended());
    expect(client.received()).toMatch(answer);
  });

  it('greets as an SSH server before anything is said', async () => {
    const client = await connect(await peer('ssh'));
    expect(await client.ask('', '\r\n')).toMatch(/^SSH-2\.0-/);
  });

  it('refuses each line as memcached does', async () => {
    const client = await connect(await peer('memcached'));
    expect(await client.ask(ping, 'ERROR\r\nERROR\r\nERROR\r\n')).toBe('ERROR\r\nERROR\r\nERROR\r\n');
  });

  it('knows the startup of PostgreSQL', async () => {
    const postgres = await peer('postgres');
    const tls = await connect(postgres);
    expect(await tls.ask('\0\0\0\x08\x04\xd2\x16\x2f', 'N')).toBe('N');
    const startup = await connect(postgres);
    startup.socket.write(Buffer.from('\0\0\0\x13\0\x03\0\0user\0redis\0\0', 'latin1'));
    await waitFor(() => startup.ended());
    expect(startup.received()).toMatch(/^E[^]*SFATAL\0[^]*C28000\0/);
  });

  it('answers with bytes that are no protocol', async () => {
    const client = await connect(await peer('garbage'));
    expect(await client.ask(ping, (text) => text.length === 64)).toMatch(/^[\x80-\xff]{64}$/);
  });

  it('knows everything but HELLO', async () => {
    const client = await connect(await peer('refuses-hello'));
    expect(await client.ask(resp('HELLO', '3') + ping, 'PONG\r\n')).toBe(
      '-ERR unknown command `HELLO`, with args beginning with: `3`, \r\n+PONG\r\n',
    );
    expect(await client.ask(resp('INFO'), (text) => text.includes('loading:0'))).toContain(
      'redis_version:5.0.14',
    );
  });

  it('accepts, counts and never answers when silent', async () => {
    const silent = await peer('silent');
    const client = await connect(silent);
    client.socket.write(ping);
    await waitFor(() => silent.connections === 1);
    await silent.close();
    await waitFor(() => client.ended() || client.failed());
    expect(client.received()).toBe('');
    await expect(connect(silent)).rejects.toThrow('ECONNREFUSED');
    expect(silent.connections).toBe(0);
  });

  it('leaves connecting hang when unreachable', async () => {
    const { host, port } = await peer('unreachable');
    const { socket } = watch(connectTcp({ host, port }));
    await expect(waitFor(() => !socket.connecting, { timeoutMs: 500 })).rejects.toThrow('in vain');
  });
});

async function peer(kind: OddPeerKind): Promise<OddPeer> {
  const started = await startOddPeer(kind);
  onTestFinished(() => started.close());
  return started;
}

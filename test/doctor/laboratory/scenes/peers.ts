import { freePort, startOddPeer, startProxy, startRedis, type OddPeerKind } from '@redis-resilience/testing';
import type { FindingCode } from '@redis-resilience/doctor';
import { connect } from 'node:net';
import { once } from 'node:events';
import type { Laboratory } from '../laboratory.ts';

const odd: readonly { kind: OddPeerKind; condition: string; code: FindingCode; words: RegExp }[] = [
  { kind: 'http', condition: 'an HTTP server', code: 'protocol', words: /HTTP/ },
  { kind: 'ssh', condition: 'an SSH server', code: 'protocol', words: /SSH/ },
  { kind: 'postgres', condition: 'a PostgreSQL server', code: 'protocol', words: /PostgreSQL/ },
  { kind: 'memcached', condition: 'a memcached server', code: 'protocol', words: /memcached/ },
  { kind: 'garbage', condition: 'a peer that talks nonsense', code: 'protocol', words: /protocol/ },
  { kind: 'closes', condition: 'a peer that closes at once', code: 'connection-reset', words: /closes/ },
  {
    kind: 'silent',
    condition: 'a peer that never answers',
    code: 'handshake-timeout',
    words: /does not answer/,
  },
];

/** A server that is not Redis at the address, or a Redis that does not reply. */
export async function peers(laboratory: Laboratory): Promise<void> {
  for (const { kind, condition, ...expected } of odd) {
    await using peer = await startOddPeer(kind);
    await laboratory.check(condition, expected, `redis://:secret@127.0.0.1:${peer.port}`, {
      timeoutMs: 1200,
    });
  }
  await using web = await startOddPeer('http');
  const overTls = `rediss://:secret@127.0.0.1:${web.port}`;
  await laboratory.check('an HTTP server behind rediss://', { code: 'protocol', words: /HTTP/ }, overTls);
  await using old = await startOddPeer('refuses-hello');
  const url = `redis://127.0.0.1:${old.port}`;
  await laboratory.check('a Redis too old for RESP3', { code: 'old-version', severity: 'warning' }, url);
  await using server = await startRedis();
  await server.freeze();
  await laboratory.check(
    'a Redis process that was stopped',
    { code: 'handshake-timeout', words: /process is stopped/ },
    server.url,
    { timeoutMs: 1200 },
  );
  server.thaw();
  await throughProxy(laboratory, server);
  await full(laboratory);
}

async function throughProxy(
  laboratory: Laboratory,
  server: { host: string; port: number; url: string },
): Promise<void> {
  await using proxy = await startProxy({ target: server });
  await laboratory.check('healthy, through a proxy', { code: 'healthy' }, proxy.url);
  proxy.cutAfter(3, { times: 100 });
  await laboratory.check('a connection that is reset at once', { code: 'connection-reset' }, proxy.url);
  await proxy.heal();
  proxy.cutAfter(8, { times: 100 });
  await laboratory.check(
    'a proxy that closes at HELLO',
    { code: 'connection-reset', words: /HELLO/ },
    proxy.url,
  );
  await proxy.heal();
  proxy.cutAfter(6000, { times: 100 });
  await laboratory.check('a connection that is reset half way', { code: 'connection-reset' }, proxy.url);
  await proxy.heal();
  proxy.cutAfter(6000, { times: 100, how: 'silence' });
  await laboratory.check('a connection that falls silent half way', { code: 'stalled' }, proxy.url, {
    timeoutMs: 1200,
  });
  await proxy.heal();
  proxy.throttle(4000);
  await laboratory.check('a narrow network', { code: 'slow', severity: 'warning' }, proxy.url, {
    timeoutMs: 6000,
  });
  await proxy.heal();
  proxy.latency(360);
  await laboratory.check('a network too slow for the bound', { code: 'slow' }, proxy.url, {
    timeoutMs: 2000,
  });
  await proxy.heal();
  proxy.latency(60);
  await laboratory.check('a slow network', { code: 'slow', severity: 'warning' }, proxy.url);
  await using dead = await startProxy({ target: { host: '127.0.0.1', port: await freePort() } });
  const url = `redis://127.0.0.1:${dead.port}`;
  await laboratory.check('a proxy without a server behind it', { code: 'connection-reset' }, url);
}

async function full(laboratory: Laboratory): Promise<void> {
  await using server = await startRedis({ config: { maxclients: 10 } });
  const sockets = Array.from({ length: 8 }, () => connect(server.port, server.host));
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  await laboratory.check(
    'near the limit of connections',
    { code: 'max-clients', severity: 'warning' },
    server.url,
  );
  const more = Array.from({ length: 4 }, () => connect(server.port, server.host));
  for (const socket of more) socket.on('error', () => undefined);
  await Promise.all(more.map((socket) => once(socket, 'connect')));
  await laboratory.check('no connection left', { code: 'max-clients' }, server.url);
  for (const socket of [...sockets, ...more]) socket.destroy();
}

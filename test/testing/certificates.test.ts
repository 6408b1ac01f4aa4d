import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import { once } from 'node:events';
import {
  makeCertificates,
  startProxy,
  startRedis,
  waitFor,
  type CertificateOptions,
  type RedisServer,
  type StartRedisOptions,
} from '@redis-resilience/testing';
import { expect, it, onTestFinished } from 'vitest';
import { ping, watch } from './raw-client.ts';

it('makeCertificates makes certificates that a client accepts who trusts the authority, by name and address', async () => {
  const server = await redis({ tls: true, bind: ['127.0.0.1', '::1'] });
  expect(server.url).toMatch(/^rediss:/);
  for (const host of ['localhost', '127.0.0.1', '::1']) {
    // Node 22.23 rejects a valid certificate for ::1, so the client checks another name in the certificate instead.
    const servername = host === '::1' ? { servername: 'localhost' } : {};
    const client = watch(connectTls({ host, port: server.port, ca: server.tls?.ca, ...servername }));
    expect(await client.ask(ping, '\r\n')).toBe('+PONG\r\n');
  }
  const certificate = new X509Certificate(server.tls?.cert ?? '');
  expect(certificate.checkIP('::1')).toBe('::1');
  expect(await server.command('PING')).toBe('PONG');
});

it.each<[string, CertificateOptions, string]>([
  ['a certificate that has run out', { expired: true }, 'CERT_HAS_EXPIRED'],
  ['a certificate for another name', { hosts: ['redis.example'] }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['a certificate that signs itself', { selfSigned: true }, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ['a certificate of another authority', { otherAuthority: true }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
])(
  'makeCertificates makes %s, which clients refuse and the server still works with',
  async (_, options, code) => {
    const server = await redis({ tls: await certificates(options) });
    await expect(dial(server)).rejects.toMatchObject({ code });
    expect(await server.isAnswering()).toBe(true);
  },
);

it('makeCertificates makes a client certificate for servers that ask for one', async () => {
  const tls = await certificates();
  const server = await redis({ tls, config: { 'tls-auth-clients': 'yes' } });
  const { key, cert } = tls.client;
  const known = watch(connectTls({ host: '127.0.0.1', port: server.port, ca: tls.ca, key, cert }));
  expect(await known.ask(ping, '\r\n')).toBe('+PONG\r\n');
  const stranger = watch(connectTls({ host: '127.0.0.1', port: server.port, ca: tls.ca }));
  stranger.socket.write(ping);
  await waitFor(() => stranger.failed());
  expect(stranger.received()).toBe('');
});

it('TLS passes through a proxy', async () => {
  const server = await redis({ tls: true });
  const proxy = await startProxy({ target: server });
  onTestFinished(() => proxy.close());
  expect(proxy.url).toBe(`rediss://127.0.0.1:${proxy.port}`);
  const client = watch(connectTls({ host: proxy.host, port: proxy.port, ca: server.tls?.ca }));
  expect(await client.ask(ping, '\r\n')).toBe('+PONG\r\n');
});

it('a server has another certificate after a restart', async () => {
  const server = await redis({ tls: await certificates({ expired: true }) });
  const renewed = await certificates();
  await server.restart({ tls: renewed });
  await expect(dial(server)).resolves.toBeUndefined();
});

it('makeCertificates removes its files when disposed of', async () => {
  const made = await makeCertificates();
  expect(
    [made.caFile, made.keyFile, made.certFile, made.client.keyFile].every((file) => existsSync(file)),
  ).toBe(true);
  await made.dispose();
  await made.dispose();
  expect(existsSync(made.keyFile)).toBe(false);
});

async function certificates(options: CertificateOptions = {}) {
  const made = await makeCertificates(options);
  onTestFinished(() => made.dispose());
  return made;
}

async function redis(options: StartRedisOptions): Promise<RedisServer> {
  const server = await startRedis(options);
  onTestFinished(() => server.stop());
  return server;
}

async function dial(server: RedisServer): Promise<void> {
  const options: ConnectionOptions = { host: server.host, port: server.port };
  const socket = connectTls({ ...options, ca: server.tls?.ca });
  await once(socket, 'secureConnect');
  socket.destroy();
}

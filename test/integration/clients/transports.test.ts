import type { LookupFunction } from 'node:net';
import { createRedisResilience } from '@redis-resilience/core';
import { makeCertificates, startRedis, waitFor, type CertificateOptions } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { errorOf } from '../stage/outcome-of.ts';
import { waitUntilStatus } from '../stage/protected-redis.ts';
import { UnhandledRejections } from '../stage/unhandled-rejections.ts';

describe('TLS', () => {
  it('is protected like any other connection', async () => {
    await using server = await startRedis({ tls: true });
    const resilience = createRedisResilience({
      host: server.host,
      port: server.port,
      tls: { ca: server.tls?.ca as string },
    });
    await resilience.ready({ timeoutMs: 5_000 });
    await resilience.client.set('greeting', 'hello');
    await server.restart();
    await waitUntilStatus(resilience, 'up');

    expect(await resilience.client.set('greeting', 'hello')).toBe('OK');
    await resilience.close();
  });

  it('finds the address with the `lookup` of the option `tls`, as plain ioredis does', async () => {
    await using server = await startRedis({ tls: true });
    const names: string[] = [];
    const lookup: LookupFunction = (name, { all }, callback) => {
      names.push(name);
      if (all === true) callback(null, [{ address: server.host, family: 4 }]);
      else callback(null, server.host, 4);
    };
    const tls = { lookup, rejectUnauthorized: false };
    const resilience = createRedisResilience({ host: 'redis.example', port: server.port, tls });
    expect(await resilience.client.set('greeting', 'hello')).toBe('OK');
    expect(names).toContain('redis.example');
    await resilience.close();
  });

  it('goes to the host and port of the option `tls`, as plain ioredis does', async () => {
    await using server = await startRedis({ tls: true });
    const tls = { host: server.host, port: server.port, rejectUnauthorized: false };
    const resilience = createRedisResilience({ host: 'redis.invalid', port: 1, tls });
    expect(await resilience.client.set('greeting', 'hello')).toBe('OK');
    await resilience.close();
  });

  it('a family is taken as text, as a port is', async () => {
    await using server = await startRedis();
    const resilience = createRedisResilience({ host: 'localhost', port: server.port, family: '4' as never });
    expect(await resilience.client.set('greeting', 'hello')).toBe('OK');
    await resilience.close();
  });

  const mistakes: readonly (readonly [string, CertificateOptions])[] = [
    ['another authority', { otherAuthority: true }],
    ['another name', { hosts: ['elsewhere.example'] }],
    ['an expired certificate', { expired: true }],
    ['a certificate that signs itself', { selfSigned: true }],
  ];
  it.concurrent.each(mistakes)('%s is named, and heals when it is right', async (_name, options) => {
    await using wrong = await makeCertificates(options);
    await using server = await startRedis({ tls: wrong });
    using unhandled = new UnhandledRejections();
    const tls = { ca: wrong.ca };
    const resilience = createRedisResilience({ host: 'localhost', port: server.port, family: 4, tls });
    await waitFor(() => resilience.snapshot().cause?.code === 'tls', {
      timeoutMs: 8_000,
      message: `the cause tls`,
    });
    expect(await errorOf(resilience.client.get('a'))).toMatchObject({ reason: 'tls' });

    await using right = await makeCertificates();
    tls.ca = right.ca;
    resilience.client.options.tls = { ca: right.ca };
    await server.kill();
    await using other = await startRedis({ tls: right, port: server.port });
    await waitUntilStatus(resilience, 'up', 8_000);
    expect(await unhandled.list()).toEqual([]);
    await resilience.close();
    expect(other.running).toBe(true);
  });

  it('a plain client of a TLS server is named, and the reverse', async () => {
    await using secure = await startRedis({ tls: true });
    await using plain = await startRedis();
    const plainToTls = createRedisResilience({ host: secure.host, port: secure.port });
    const tlsToPlain = createRedisResilience({ host: plain.host, port: plain.port, tls: {} });
    await waitFor(() => tlsToPlain.snapshot().cause?.code === 'tls', { timeoutMs: 8_000 });
    await waitFor(() => plainToTls.snapshot().cause?.code === 'tls', { timeoutMs: 8_000 });
    await Promise.all([plainToTls.close(), tlsToPlain.close()]);
  });
});

describe('a server', () => {
  it('is reached by a Unix socket', async () => {
    await using server = await startRedis({ unixSocket: true });
    const resilience = createRedisResilience({ path: server.socketPath as string });
    await resilience.ready({ timeoutMs: 5_000 });
    await server.restart();
    await waitUntilStatus(resilience, 'up');
    expect(await resilience.client.set('greeting', 'hello')).toBe('OK');
    await server.kill();
    await waitFor(() => resilience.snapshot().cause?.code === 'connection-refused');
    await resilience.close();
  });

  it('is reached by the path of its Unix socket alone', async () => {
    await using server = await startRedis({ unixSocket: true });
    const resilience = createRedisResilience(server.socketPath as string);
    expect(await resilience.client.set('greeting', 'hello')).toBe('OK');
    await resilience.close();
  });

  it('is reached by IPv6', async () => {
    await using server = await startRedis({ bind: ['127.0.0.1', '::1'] });
    for (const target of [{ host: '::1', port: server.port }, `redis://[::1]:${server.port}`]) {
      const resilience = createRedisResilience(target);
      await resilience.ready({ timeoutMs: 5_000 });
      await server.restart();
      await waitUntilStatus(resilience, 'up');
      expect(await resilience.client.set('greeting', 'hello')).toBe('OK');
      await resilience.close();
    }
  });

  it('is reached by a URL with everything in it', async () => {
    await using server = await startRedis({ users: [{ name: 'shop', password: 'p@ss:word' }] });
    const resilience = createRedisResilience(
      `redis://shop:${encodeURIComponent('p@ss:word')}@${server.host}:${server.port}/4?connectionName=till`,
    );
    await resilience.client.set('greeting', 'hello');
    expect(await resilience.client.acl('WHOAMI')).toBe('shop');
    expect(await resilience.client.client('GETNAME')).toBe('till');
    await server.command('SELECT', 4);
    expect(await server.command('GET', 'greeting')).toBe('hello');
    await resilience.close();
  });
});

it.each([
  ['a key that is no key', { key: 'no key', cert: 'no certificate' }],
  ['a passphrase that does not fit', { pfx: Buffer.from('no pfx'), passphrase: 'hunter2' }],
  ['no protocol version', { minVersion: 'TLSv9' as never }],
])(
  'TLS options that Node refuses fail each attempt with the cause tls, and end no process: %s',
  async (_, tls) => {
    await using server = await startRedis();
    const stray: unknown[] = [];
    const onStray = (error: unknown): void => void stray.push(error);
    process.on('uncaughtException', onStray);
    const resilience = createRedisResilience(
      { host: server.host, port: server.port, tls },
      { logger: false, timeoutMs: 200 },
    );
    await waitFor(() => resilience.snapshot().cause?.code === 'tls', { message: 'the cause tls' });
    expect(await errorOf(resilience.client.get('a'))).toMatchObject({ reason: 'tls' });
    await resilience.close();
    process.off('uncaughtException', onStray);
    expect(stray).toEqual([]);
  },
);

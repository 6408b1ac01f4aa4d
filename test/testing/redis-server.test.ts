import { existsSync } from 'node:fs';
import { once } from 'node:events';
import { connect as connectTcp, createServer } from 'node:net';
import { startRedis, waitFor, type RedisServer, type StartRedisOptions } from '@redis-resilience/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isAlive } from './is-alive.ts';
import { connect, ping, resp, watch } from './raw-client.ts';

describe('startRedis', () => {
  it('starts a real server on loopback that answers when it resolves', async () => {
    const server = await redis();
    expect(server.url).toBe(`redis://127.0.0.1:${server.port}`);
    expect(await (await connect(server)).ask(ping, '\r\n')).toBe('+PONG\r\n');
    expect((await server.info('server'))['process_id']).toBe(String(server.pid));
  });

  it('persists nothing by default', async () => {
    const server = await redis();
    expect(await server.command('CONFIG', 'GET', 'save')).toEqual(['save', '']);
    expect(await server.command('CONFIG', 'GET', 'appendonly')).toEqual(['appendonly', 'no']);
  });

  it('passes directives on, and repeats those that come as a list', async () => {
    const server = await redis({
      config: { maxclients: 77, 'rename-command': ['KEYS FIND', 'FLUSHALL ""'], save: '900 1' },
      databases: 3,
    });
    expect(await server.command('CONFIG', 'GET', 'maxclients')).toEqual(['maxclients', '77']);
    expect(await server.command('CONFIG', 'GET', 'save')).toEqual(['save', '900 1']);
    expect(await server.command('CONFIG', 'GET', 'databases')).toEqual(['databases', '3']);
    expect(await server.command('FIND', '*')).toEqual([]);
    await expect(server.command('FLUSHALL')).rejects.toThrow(/^ERR unknown command/);
  });

  it('asks for the password, and puts it into the url', async () => {
    const server = await redis({ password: 'a b"c\\d' });
    const client = await connect(server);
    expect(await client.ask(ping, '\r\n')).toMatch(/^-NOAUTH/);
    const password = decodeURIComponent(new URL(server.url).password);
    expect(await client.ask(resp('AUTH', password), 'OK\r\n')).toContain('+OK');
    expect(await server.command('PING')).toBe('PONG');
  });

  it('knows users with rules of their own', async () => {
    const users = [{ name: 'reader', password: 'p q', rules: '~* +get' }];
    const server = await redis({ users });
    const client = await connect(server);
    await client.ask(resp('AUTH', 'reader', 'p q'), '+OK\r\n');
    expect(await client.ask(resp('SET', 'a', '1'), (text) => text.includes('-'))).toContain('-NOPERM');
  });

  it('listens on ::1 when asked, and on nothing beyond loopback', async () => {
    const server = await redis({ bind: ['::1', '127.0.0.1'] });
    expect(server.url).toBe(`redis://[::1]:${server.port}`);
    expect(await (await connect(server)).ask(ping, '\r\n')).toBe('+PONG\r\n');
    await expect(startRedis({ bind: ['0.0.0.0'] })).rejects.toThrow('Cannot bind to 0.0.0.0');
  });

  it('listens on a unix socket when asked', async () => {
    const server = await redis({ unixSocket: true });
    const client = watch(connectTcp({ path: server.socketPath ?? '' }));
    expect(await client.ask(ping, '\r\n')).toBe('+PONG\r\n');
  });

  it('follows a primary when asked, with its password', async () => {
    const primary = await redis({ password: 'p' });
    const replica = await redis({ password: 'p', replicaOf: primary });
    await waitFor(async () => (await replica.info('replication'))['master_link_status'] === 'up');
    await primary.command('SET', 'a', '1');
    await waitFor(async () => (await replica.command('GET', 'a')) === '1');
    await expect(replica.command('SET', 'a', '2')).rejects.toThrow(/^READONLY/);
  });

  it('says how to install Redis when the binary is missing', async () => {
    const failure = startRedis({ bin: '/no/such/redis-server' });
    await expect(failure).rejects.toThrow(
      /apt-get install -y redis-server[^]*brew install redis[^]*docker run/,
    );
  });

  it('quotes the last words of a server that does not start', async () => {
    await expect(startRedis({ config: { nonsense: 1 } })).rejects.toThrow(/Bad directive/);
  });

  it('refuses a port that another server holds', async () => {
    const server = await redis();
    await expect(startRedis({ port: server.port, startTimeoutMs: 100 })).rejects.toThrow(/port is taken/);
    expect(await server.command('PING')).toBe('PONG');
  });
});

describe('RedisServer', () => {
  it('gives replies as values and error replies as errors with their whole message', async () => {
    const server = await redis();
    expect(await server.command('SET', 'n', 1)).toBe('OK');
    expect(await server.command('INCR', 'n')).toBe(2);
    expect(await server.command('GET', 'none')).toBeNull();
    expect(await server.command('MGET', 'n', 'none')).toEqual(['2', null]);
    await expect(server.command('LPUSH', 'n', 'x')).rejects.toThrow(
      /^WRONGTYPE Operation against a key holding the wrong kind of value$/,
    );
  });

  it('keeps obeying commands when passwords change and no client gets in any more', async () => {
    const server = await redis({ password: 'old' });
    await server.command('CONFIG', 'SET', 'requirepass', 'new');
    await server.command('CONFIG', 'SET', 'maxclients', 1);
    const client = await connect(server);
    expect(await client.ask('', '\r\n')).toBe('-ERR max number of clients reached\r\n');
    expect(await server.isAnswering()).toBe(false);
    await server.command('CONFIG', 'SET', 'maxclients', 100);
    expect(await server.isAnswering()).toBe(true);
    expect(await server.command('CONFIG', 'GET', 'requirepass')).toEqual(['requirepass', 'new']);
  });

  it('is gone when kill resolves: no process, connections closed, connecting refused', async () => {
    const server = await redis();
    const [client, pid] = [await connect(server), server.pid];
    await server.kill();
    expect(isAlive(pid)).toBe(false);
    expect([server.running, server.pid]).toEqual([false, undefined]);
    await waitFor(() => client.ended() || client.failed());
    await expect(connect(server)).rejects.toThrow('ECONNREFUSED');
    expect(await server.isAnswering()).toBe(false);
    await expect(server.command('PING')).rejects.toThrow('the server does not run');
  });

  it('starts again on the same port and folder, forgetting its data', async () => {
    const server = await redis();
    const { port, dir, pid } = server;
    await server.command('SET', 'a', '1');
    await server.kill('SIGTERM');
    await server.start();
    expect([server.port, server.dir]).toEqual([port, dir]);
    expect(server.pid).not.toBe(pid);
    expect(await server.command('GET', 'a')).toBeNull();
  });

  it('keeps what was acknowledged when asked to', async () => {
    const server = await redis({ keep: true });
    await server.command('SET', 'a', '1');
    await server.restart();
    expect(await server.command('GET', 'a')).toBe('1');
  });

  it('restarts with another password and other directives, and stays so', async () => {
    const server = await redis({ password: 'old', config: { maxclients: 50 } });
    await server.restart({ password: 'new', config: { timeout: 9 } });
    await server.restart();
    expect(server.url).toContain(':new@');
    expect(await (await connect(server)).ask(resp('AUTH', 'old'), '\r\n')).toMatch(/^-WRONGPASS/);
    expect(await server.command('CONFIG', 'GET', 'maxclients')).toEqual(['maxclients', '50']);
    expect(await server.command('CONFIG', 'GET', 'timeout')).toEqual(['timeout', '9']);
    await server.restart({ password: '' });
    expect(await (await connect(server)).ask(ping, '\r\n')).toBe('+PONG\r\n');
  });

  it('stays dead for afterMs before it starts again', async () => {
    const server = await redis();
    const begun = performance.now();
    await server.restart({ afterMs: 300 });
    expect(performance.now() - begun).toBeGreaterThanOrEqual(300);
  });

  it('remembers a role that was given to it while it ran', async () => {
    const primary = await redis();
    const server = await redis({ replicaOf: primary });
    await server.command('REPLICAOF', 'NO', 'ONE');
    await server.command('CONFIG', 'REWRITE');
    await server.restart({ config: { timeout: 9 } });
    expect((await server.info('replication'))['role']).toBe('master');
  });

  it('waits for a port that is busy for a moment at a restart', async () => {
    const server = await redis();
    await server.kill();
    const squatter = createServer().listen(server.port, '127.0.0.1');
    await once(squatter, 'listening');
    const starting = server.start();
    await waitFor(() => server.log().includes('Address already in use'));
    squatter.close();
    await starting;
    expect(await server.command('PING')).toBe('PONG');
  });

  it('accepts and says nothing while frozen, and answers once thawed', async () => {
    const server = await redis();
    await server.freeze();
    expect([server.running, server.frozen]).toEqual([true, true]);
    const client = await connect(server);
    client.socket.write(ping);
    expect(await server.isAnswering({ timeoutMs: 100 })).toBe(false);
    expect(client.received()).toBe('');
    server.thaw();
    await server.waitUntilAnswering({ timeoutMs: 2_000 });
    expect(await client.ask('', '\r\n')).toBe('+PONG\r\n');
    expect(server.frozen).toBe(false);
  });

  it('can be killed and restarted while frozen', async () => {
    const server = await redis();
    await server.freeze();
    await server.kill('SIGTERM');
    expect(server.running).toBe(false);
    await server.start();
    await server.freeze();
    await server.restart();
    expect(await server.command('PING')).toBe('PONG');
  });

  it.each([{}, { keep: true }])('loads for as long as asked, and keeps its data (%o)', async (options) => {
    const server = await redis(options);
    await server.command('SET', 'a', '1');
    await server.command('SAVE');
    const begun = performance.now();
    await server.restart({ loadingMs: 300, waitUntil: 'listening' });
    expect(await (await connect(server)).ask(ping, '\r\n')).toMatch(/^-LOADING/);
    expect(await server.isAnswering()).toBe(false);
    await server.waitUntilAnswering();
    expect(performance.now() - begun).toBeGreaterThan(300);
    expect(await server.command('GET', 'a')).toBe('1');
    await waitFor(async () => (await server.command('DBSIZE')) === 1);
  });

  it('gives up waiting for an answer at the deadline', async () => {
    const server = await redis();
    await server.kill();
    await expect(server.waitUntilAnswering({ timeoutMs: 50 })).rejects.toThrow(
      /50 ms in vain for: an answer from/,
    );
  });

  it('leaves nothing behind after stop, however often it is called, frozen or not', async () => {
    const server = await startRedis();
    const { pid, dir } = server;
    await server.freeze();
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(isAlive(pid)).toBe(false);
    expect(existsSync(dir)).toBe(false);
    await expect(server.start()).rejects.toThrow('stopped for good');
  });

  it('stops at the end of an `await using` scope', async () => {
    const server = await startRedis();
    const { pid } = server;
    await server[Symbol.asyncDispose]();
    expect(isAlive(pid)).toBe(false);
  });
});

async function redis(options: StartRedisOptions = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  onTestFinished(() => server.stop());
  return server;
}

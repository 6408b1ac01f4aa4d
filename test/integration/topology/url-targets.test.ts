import { createRedisResilience, type RedisResilience } from '@redis-resilience/core';
import { diagnose } from '@redis-resilience/doctor';
import {
  makeCertificates,
  startCluster,
  startRedis,
  startSentinel,
  type RedisServer,
} from '@redis-resilience/testing';
import type { Cluster } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { ChildScript } from '../stage/child-script.ts';

// Each URL is parsed by a client and by the doctor.
const password = 'p@ss/w:ord#%';
const escaped = encodeURIComponent(password);

describe('a URL of one server', () => {
  it('gives its user and its database', async () => {
    await using server = await startRedis({ users: [{ name: 'shop', password }] });
    const url = `redis://shop:${escaped}@${server.host}:${server.port}/4`;
    await using used = use(url);
    expect(await used.resilience.client.acl('WHOAMI')).toBe('shop');
    expect(await used.write('greeting')).toBe('OK');
    expect(await valueIn(server, 4, 'greeting')).toBe('greeting');
    expect(await healthOf(url)).toBe('healthy');
  });

  it('gives by its parameters what else a connection needs', async () => {
    await using server = await startRedis({ password });
    const parameters = `db=3&password=${escaped}&connectionName=till&keyPrefix=shop:&protocol=2&family=4`;
    const url = `redis://${server.host}:${server.port}?${parameters}`;
    await using used = use(url);
    expect(await used.write('greeting')).toBe('OK');
    expect(await used.resilience.client.client('GETNAME')).toBe('till');
    expect(await used.resilience.client.client('INFO')).toMatch(/ resp=2/);
    expect(await valueIn(server, 3, 'shop:greeting')).toBe('greeting');
    expect(await healthOf(url)).toBe('healthy');
  });

  it.each(['unix://', ''])('leads to a unix socket by %j before its path', async (scheme) => {
    await using server = await startRedis({ unixSocket: true, password });
    const url = `${scheme}${server.socketPath}?password=${escaped}&db=5`;
    await using used = use(url);
    expect(await used.write('greeting')).toBe('OK');
    expect(await valueIn(server, 5, 'greeting')).toBe('greeting');
    expect(await healthOf(url)).toBe('healthy');
  });

  it('has TLS by its scheme, in any case of letters, and by its parameter', async () => {
    await using server = await startRedis({ tls: true, password });
    const authority = `:${escaped}@${server.host}:${server.port}`;
    for (const url of [`rediss://${authority}`, `REDISS://${authority}/2`, `redis://${authority}?tls=true`]) {
      expect(await inProcessThatTrusts(server, url)).toBe('OK healthy');
    }
  });
});

describe('a URL of sentinels', () => {
  it('leads to the database of their primary, with the passwords of both', async () => {
    await using group = await startSentinel({ password, sentinelPassword: 'for the sentinels' });
    const hosts = group.sentinelAddresses.map(({ host, port }) => `${host}:${port}`).join(',');
    const url = `redis+sentinel://:${escaped}@${hosts}/${group.name}/2?sentinelPassword=for%20the%20sentinels`;
    await using used = use(url);
    expect(await used.write('greeting')).toBe('OK');
    expect(await valueIn(group.primary, 2, 'greeting')).toBe('greeting');
    expect(await healthOf(url)).toBe('healthy');
  });

  it('has TLS to sentinels and servers alike', async () => {
    await using group = await startSentinel({ tls: true });
    const [{ host, port } = { host: '', port: 0 }] = group.sentinelAddresses;
    const url = `rediss+sentinel://${host}:${port}/${group.name}`;
    expect(await inProcessThatTrusts(group.primary, url)).toBe('OK healthy');
  });
});

describe('a URL of a cluster', () => {
  it.concurrent('leads to all its nodes', async () => {
    await using cluster = await startCluster({ password });
    const hosts = cluster.addresses.slice(0, 2).map(({ host, port }) => `${host}:${port}`);
    const url = `redis+cluster://:${escaped}@${hosts.join(',')}?keyPrefix=shop:` as const;
    const resilience: RedisResilience<Cluster> = createRedisResilience(url);
    for (const key of ['a', 'b', 'c', 'd']) await resilience.client.set(key, key);
    expect(await (await cluster.primaryOf('shop:a')).command('GET', 'shop:a')).toBe('a');
    await resilience.close();
    expect(await healthOf(url)).toBe('healthy');
  });

  it.concurrent('has TLS to all its nodes', async () => {
    await using cluster = await startCluster({ tls: true });
    const [node] = cluster.nodes;
    expect(await inProcessThatTrusts(node, `rediss+cluster://127.0.0.1:${node?.port}`)).toBe('OK healthy');
  });

  it.concurrent('dials the names in it, for which the certificates are', async () => {
    await using certificates = await makeCertificates({ hosts: ['localhost'] });
    const config = {
      'cluster-announce-hostname': 'localhost',
      'cluster-preferred-endpoint-type': 'hostname',
    };
    await using cluster = await startCluster({ tls: certificates, config });
    const [node] = cluster.nodes;
    expect(await inProcessThatTrusts(node, `rediss+cluster://localhost:${node?.port}`)).toMatch(/^OK /);
  });

  it.concurrent('may stand in the list of nodes, as host and port too', async () => {
    await using cluster = await startCluster({ password });
    const [first, second] = cluster.addresses.map(({ host, port }) => `${host}:${port}`);
    const target = {
      cluster: [`redis://:${escaped}@${first}`, `${second}`],
      options: { redisOptions: { password } },
    };
    const resilience = createRedisResilience(target);
    await resilience.ready({ timeoutMs: 5_000 });
    expect(await resilience.client.set('a', 'a')).toBe('OK');
    await resilience.close();
    expect(await healthOf(target)).toBe('healthy');
  });
});

describe('REDIS_URL', () => {
  it('is read by the same grammar', async () => {
    await using group = await startSentinel();
    const [{ host, port } = { host: '', port: 0 }] = group.sentinelAddresses;
    const source = `
      import { defaultRedisResilience } from '@redis-resilience/core';
      const resilience = defaultRedisResilience();
      console.log('set', await resilience.client.set('greeting', 'hello'));
      await resilience.close();`;
    await using child = new ChildScript(source, {
      REDIS_URL: `redis+sentinel://${host}:${port}/${group.name}/1`,
    });
    expect(await child.line('set')).toBe('OK');
    expect(await valueIn(group.primary, 1, 'greeting')).toBe('hello');
  });
});

function use(url: string) {
  const resilience = createRedisResilience(url);
  return {
    resilience,
    write: (key: string) => resilience.client.set(key, key),
    [Symbol.asyncDispose]: () => resilience.close(),
  };
}

async function healthOf(target: Parameters<typeof diagnose>[0]): Promise<string> {
  const { healthy, findings } = await diagnose(target, { host: false });
  const errors = findings.filter(({ severity }) => severity === 'error');
  return healthy ? 'healthy' : errors.map(({ code, message }) => `${code}: ${message}`).join(' ');
}

// All calls of `server.command` share one connection, so this function selects database 0 again at the end.
async function valueIn(server: RedisServer, database: number, key: string): Promise<unknown> {
  await server.command('SELECT', database);
  const value = await server.command('GET', key);
  await server.command('SELECT', 0);
  return value;
}

/** Uses the URL in a separate process, because Node reads additional certificate authorities only at its start. */
async function inProcessThatTrusts(server: RedisServer | undefined, url: string): Promise<string> {
  const source = `
    import { createRedisResilience } from '@redis-resilience/core';
    import { diagnose } from '@redis-resilience/doctor';
    const url = process.env.TARGET;
    const resilience = createRedisResilience(url);
    const written = await resilience.client.set('greeting', 'hello').catch(String);
    await resilience.close();
    const { healthy, findings } = await diagnose(url, { host: false });
    const errors = findings.filter(({ severity }) => severity === 'error').map(({ message }) => message);
    console.log('seen', written, healthy ? 'healthy' : errors.join(' '));`;
  const caFile = server?.tls?.caFile ?? '';
  await using child = new ChildScript(source, { TARGET: url, NODE_EXTRA_CA_CERTS: caFile });
  return await child.line('seen');
}

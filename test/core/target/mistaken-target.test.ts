import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ConfigurationError, createRedisResilience, protect } from '@redis-resilience/core';
import { startRedis } from '@redis-resilience/testing';
import { Cluster, Redis } from 'ioredis';
import { createClient } from 'redis';
import { describe, expect, it } from 'vitest';
import {
  clusterOptionNames,
  redisOptionNames,
  sentinelOptionNames,
} from '../../../packages/core/src/ioredis/known-options.ts';

const password = 'hunter2';
const url = `redis://:${password}@127.0.0.1:1`;
const lazy = { host: '127.0.0.1', port: 1, password, lazyConnect: true };

function refusalOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    const { message } = error as ConfigurationError;
    expect(message).not.toContain(password);
    return message;
  }
  return 'accepted';
}

describe('createRedisResilience() refuses, and says what was meant:', () => {
  it.each<readonly [string, () => unknown, string]>([
    ['a client of ioredis', () => new Redis(lazy), 'Write protect(client).'],
    ['a Cluster', () => new Cluster([lazy], { lazyConnect: true }), 'Write protect(client).'],
    ['a client of node-redis', () => createClient({ url }), 'Write createRedisResilience(url)'],
    ['a resilience', () => createRedisResilience(lazy), 'Write resilience.client'],
    ['an object with a url', () => ({ url }), 'Write createRedisResilience(url, options).'],
    ['a URL object', () => new URL(url), 'Write createRedisResilience(url.href).'],
    ['a URL as the host', () => ({ host: url }), 'Write createRedisResilience(url).'],
    ['a list of nodes', () => [lazy], 'Write createRedisResilience({ cluster: nodes }).'],
    ['brackets', () => ({ host: '[::1]' }), 'target.host has brackets. Write the IPv6 address without'],
    ['a port', () => 6379, 'Write createRedisResilience({ host, port }).'],
    ['a misspelt option', () => ({ hots: 'here' }), 'target.hots does not exist. Did you mean host?'],
    ['a name of node-redis', () => ({ database: 2 }), 'Did you mean db?'],
    ['an option of ours', () => ({ timeoutMs: 5 }), 'createRedisResilience(target, { timeoutMs })'],
    ['an option of another class', () => ({ tenant: 'a' }), 'protect(new YourRedis(options))'],
    ['a misspelt option of a node', () => ({ cluster: [{ hots: 'here' }] }), 'target.cluster.hots'],
    ['a misspelt one of nodes', () => ({ cluster: [lazy], options: { redisOptions: { tsl: {} } } }), 'tls?'],
    [
      'a misspelt one of a Cluster',
      () => ({ cluster: [lazy], options: { scaleRead: 'all' } }),
      'scaleReads?',
    ],
    [
      'one of ours beside nodes',
      () => ({ cluster: [lazy], logger: false }),
      '{ cluster: nodes }, { logger }',
    ],
    [
      'one of a Cluster beside nodes',
      () => ({ cluster: [lazy], scaleReads: 'all' }),
      'Write createRedisResilience({ cluster: nodes, options: { scaleReads } }).',
    ],
    [
      'one of a connection beside nodes',
      () => ({ cluster: [lazy], password: 'secret' }),
      'Write createRedisResilience({ cluster: nodes, options: { redisOptions: { password } } }).',
    ],
    ['a misspelt one beside nodes', () => ({ cluster: [lazy], option: {} }), 'Did you mean options?'],
    ['a misspelt one of a sentinel', () => ({ sentinels: [{ prot: 1 }], name: 'a' }), 'port?'],
  ])('%s', (_what, given, meant) => {
    expect(refusalOf(() => createRedisResilience(given() as never))).toContain(meant);
  });
});

describe('protect() refuses, and says what was meant:', () => {
  it.each<readonly [string, () => unknown, string]>([
    ['a client of node-redis', () => createClient({ url }), "of the package 'redis'"],
    ['a URL', () => url, 'createRedisResilience(urlOrOptions)'],
    ['options', () => lazy, 'createRedisResilience(urlOrOptions)'],
    ['nothing', () => undefined, 'protect(new Redis(url))'],
    ['brackets', () => new Redis({ ...lazy, host: '[::1]' }), 'options.host has brackets.'],
    ['a client of ioredis 4', () => ({ ...members, _addedScriptHashes: {} }), 'npm install ioredis@6'],
    ['an ioredis-mock', () => ({ duplicate() {}, defineCommand() {} }), 'startRedis()'],
    ['a monitor', () => new Redis({ ...lazy, monitor: true }), 'protect(client).client.monitor()'],
  ])('%s', (_what, given, meant) => {
    expect(refusalOf(() => protect(given() as never))).toContain(meant);
  });

  it('a client whose sockets are made by a class of its own', () => {
    class Connector {}
    const client = new Redis({ ...lazy, Connector } as never);
    expect(refusalOf(() => protect(client))).toContain('options.Connector cannot be kept');
    expect(refusalOf(() => createRedisResilience({ ...lazy, Connector } as never))).toContain(
      'target.Connector cannot be kept',
    );
  });

  it('a client that is closed', async () => {
    const client = new Redis(lazy);
    client.disconnect();
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    expect(client.status).toBe('end');
    expect(refusalOf(() => protect(client))).toContain('Make a new one');
  });

  it('a client that was told to end, and has not yet', async () => {
    await using server = await startRedis();
    const client = new Redis(server.url);
    await client.quit();
    expect(refusalOf(() => protect(client))).toContain('Make a new one');
  });

  it('nothing of a client of a class of its own, whatever its options', async () => {
    class TenantRedis extends Redis {}
    const resilience = protect(new TenantRedis({ ...lazy, tenant: 'a' } as object));
    expect(resilience.name).toBe('default');
    await resilience.close();
  });
});

const members = { duplicate() {}, setStatus() {}, sendCommand() {} };

describe.each(['ioredis', 'ioredis-5', 'ioredis-5-6'])('the options of %s', (name) => {
  const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  const declared = (file: string, of: RegExp): string[] => {
    const text = readFileSync(join(folder, 'built', `${file}.d.ts`), 'utf8');
    const body = of.exec(text)?.[1] ?? '';
    return Array.from(body.matchAll(/^ {4}(\w+)\??:/gm), ([, option = '']) => option);
  };

  it('are known', () => {
    const shared = declared('utils/Commander', /interface CommanderOptions \{([^]*?)^\}/m);
    const single = declared('redis/RedisOptions', /interface CommonRedisOptions[^{]*\{([^]*?)^\}/m);
    const sentinel = declared(
      'connectors/SentinelConnector/index',
      /interface SentinelConnectionOptions[^{]*\{([^]*?)^\}/m,
    );
    const standalone = declared(
      'connectors/StandaloneConnector',
      /type StandaloneConnectionOptions[^{]*\{([^]*?)^\}/m,
    );
    const cluster = declared('cluster/ClusterOptions', /interface ClusterOptions[^{]*\{([^]*?)^\}/m);
    const address = declared(
      'connectors/SentinelConnector/types',
      /interface SentinelAddress[^{]*\{([^]*?)^\}/m,
    );
    for (const list of [shared, single, sentinel, standalone, cluster, address]) expect(list).not.toEqual([]);
    expect(redisOptionNames).toEqual(
      expect.arrayContaining([...shared, ...single, ...sentinel, ...standalone]),
    );
    expect(clusterOptionNames).toEqual(expect.arrayContaining([...shared, ...cluster]));
    expect(sentinelOptionNames).toEqual(expect.arrayContaining(address));
  });
});

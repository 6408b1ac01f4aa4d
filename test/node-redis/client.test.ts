import { createRedisResilience } from '@redis-resilience/core';
import { createNodeRedisClient } from '@redis-resilience/node-redis';
import { startCluster, startRedis, waitFor, type RedisServer } from '@redis-resilience/testing';
import * as redis from 'redis';
import * as redis51 from 'redis-5-1';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { newestProtocol } from '../integration/stage/supported-protocols.ts';
import type { Client } from './contract/call-case.ts';
import { eventsOf, front } from './stage.ts';

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});

afterAll(() => server.stop());

const connections = async (): Promise<number> =>
  String(await server.command('CLIENT', 'LIST', 'TYPE', 'normal')).split('\n').length;

describe('a client of node-redis in front', () => {
  it('is an instance of the class of its module', async () => {
    const { client } = await front(server.url);
    expect(client).toBeInstanceOf(redis.RedisClient);
    expect([client.isOpen, client.isReady]).toEqual([true, true]);
  });

  it('works on version 5.1, the oldest', async () => {
    const resilience = createRedisResilience(server.url);
    onTestFinished(() => resilience.close({ drainMs: 0 }));
    const client = createNodeRedisClient(resilience, redis51 as never) as unknown as Client;
    await client.connect();
    await client.hSet('old', { a: '1' });
    expect(await client.multi().hGetAll('old').get('nothing').exec()).toEqual([{ a: '1' }, null]);
  });

  it('emits connect and ready, and end when it is closed', async () => {
    const { client } = await front(server.url);
    await client.close();
    const events = eventsOf(client);
    await client.connect();
    await client.close();
    expect(events).toEqual(['connect', 'ready', 'end']);
  });

  it('refuses commands before it is connected and after it is closed', async () => {
    const { resilience, client } = await front(server.url);
    const early = createNodeRedisClient(resilience, redis, { RESP: newestProtocol });
    await expect(early.get('a')).rejects.toBeInstanceOf(redis.ClientClosedError);
    await client.close();
    await expect(client.get('a')).rejects.toBeInstanceOf(redis.ClientClosedError);
    await expect(client.multi().get('a').exec()).rejects.toBeInstanceOf(redis.ClientClosedError);
    await expect(client.close()).rejects.toBeInstanceOf(redis.ClientClosedError);
    expect(() => client.destroy()).toThrow(redis.ClientClosedError);
    expect(await resilience.client.ping()).toBe('PONG');
  });

  it('answers what was sent before close, and rejects it on destroy', async () => {
    const { client } = await front(server.url);
    const before = await connections();
    const answer = client.set('sent', 'before');
    await client.close();
    expect(await answer).toBe('OK');
    await client.connect();
    const rejected = client.blPop('nothing', 0);
    await waitFor(async () => (await connections()) > before);
    client.destroy();
    await expect(rejected).rejects.toBeInstanceOf(redis.DisconnectsClientError);
  });

  it('ends with its resilience', async () => {
    const { resilience, client } = await front(server.url);
    const events = eventsOf(client);
    await resilience.close();
    await expect(client.get('a')).rejects.toBeInstanceOf(redis.ClientClosedError);
    expect([client.isOpen, events]).toEqual([false, ['end']]);
  });

  it('runs scripts, functions and modules of its options', async () => {
    const resilience = createRedisResilience(server.url);
    onTestFinished(() => resilience.close({ drainMs: 0 }));
    const { defineScript } = redis;
    const client = createNodeRedisClient(resilience, redis, {
      RESP: newestProtocol,
      scripts: {
        double: defineScript({
          NUMBER_OF_KEYS: 1,
          SCRIPT: "return redis.call('GET', KEYS[1]) * 2",
          parseCommand(parser, key: string) {
            parser.pushKey(key);
          },
          transformReply: (reply: number) => `doubled ${reply}`,
        }),
      },
    });
    await client.connect();
    await client.set('number', '21');
    expect(await client.double('number')).toBe('doubled 42');
    expect(await client.multi().double('number').exec()).toEqual(['doubled 42']);
    await expect(client.json.get('number')).rejects.toThrow(/unknown command/);
  });

  it('uses the connection of the resilience until a command needs one of its own', async () => {
    const { resilience, client } = await front(server.url);
    const before = await connections();
    await client.set('list', 'x');
    expect(await connections()).toBe(before);
    const waiting = client.blPop('later', 5);
    expect(await resilience.client.ping()).toBe('PONG');
    await waitFor(async () => (await connections()) === before + 1);
    await server.command('RPUSH', 'later', 'came');
    expect(await waiting).toEqual({ key: 'later', element: 'came' });
  });

  it('keeps a blocking command, a WATCH and a SELECT away from other users of the resilience', async () => {
    const { resilience, client } = await front(server.url);
    const blocked = client.blPop('never', 0);
    expect(await resilience.client.set('shared', '0')).toBe('OK');
    client.destroy();
    await expect(blocked).rejects.toThrow('Disconnects client');
    const options = { RESP: newestProtocol };
    const one = createNodeRedisClient(resilience, redis, options);
    const two = createNodeRedisClient(resilience, redis, options);
    await Promise.all([one.connect(), two.connect()]);
    await one.watch('shared');
    await two.multi().set('shared', '1').exec();
    await expect(one.multi().get('shared').exec()).rejects.toBeInstanceOf(redis.WatchError);
    await two.select(5);
    await two.set('elsewhere', '1');
    expect(await resilience.client.get('elsewhere')).toBeNull();
    expect(await one.get('elsewhere')).toBeNull();
    expect(await two.get('elsewhere')).toBe('1');
  });

  it('keeps its database and its name over a reconnection', async () => {
    const { resilience, client } = await front(server.url, {}, { database: 3, name: 'shop' });
    await client.set('third', '3');
    await server.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    expect(await client.get('third')).toBe('3');
    expect(await client.clientGetName()).toBe('shop');
    expect(await resilience.client.get('third')).toBeNull();
  });

  it('has duplicates with a connection and options of their own', async () => {
    const { client } = await front(server.url);
    const duplicate = client.duplicate({ database: 2 });
    expect(duplicate.isOpen).toBe(false);
    await duplicate.connect();
    await duplicate.set('second', '2');
    expect([await client.get('second'), await duplicate.get('second')]).toEqual([null, '2']);
    const again = duplicate.withTypeMapping({ [redis.RESP_TYPES.BLOB_STRING]: Buffer }).duplicate();
    await again.connect();
    expect(await again.get('second')).toEqual(Buffer.from('2'));
    for (const each of [duplicate, again]) each.destroy();
    expect(await client.ping()).toBe('PONG');
  });

  it('lets a program that wraps sendCommand see every command', async () => {
    const { client } = await front(server.url);
    const seen: unknown[] = [];
    const inner = Object.getPrototypeOf(client) as Client;
    const original = inner.sendCommand.bind(inner);
    inner.sendCommand = ((args: string[], options?: object) => {
      seen.push(args[0]);
      return original(args, options);
    }) as never;
    await client.set('wrapped', '1');
    await client.hGetAll('nothing');
    expect(seen).toEqual(['SET', 'HGETALL']);
  });

  it('puts the prefix of the resilience before keys', async () => {
    const resilience = createRedisResilience({ host: server.host, port: server.port, keyPrefix: 'app:' });
    onTestFinished(() => resilience.close({ drainMs: 0 }));
    const client = createNodeRedisClient(resilience, redis, { RESP: newestProtocol });
    await client.connect();
    await client.mSet({ a: '1', b: '2' });
    await client.multi().incr('a').exec();
    expect(await server.command('MGET', 'app:a', 'app:b')).toEqual(['2', '2']);
  });
});

describe('an abort signal', () => {
  it('that was given before is obeyed, and in the same turn as well', async () => {
    const { client } = await front(server.url);
    const abort = new AbortController();
    const order: string[] = [];
    const aborted = client.withAbortSignal(abort.signal).set('aborted', '1');
    const later = client.get('aborted').then((value) => order.push(String(value)));
    abort.abort();
    await expect(aborted).rejects.toBeInstanceOf(redis.AbortError);
    await expect(aborted).rejects.toMatchObject({ outcome: 'not-applied' });
    await later;
    expect(order).toEqual(['null']);
    await expect(client.withAbortSignal(abort.signal).get('a')).rejects.toBeInstanceOf(redis.AbortError);
  });

  it('keeps the order of commands', async () => {
    const { client } = await front(server.url);
    const { signal } = new AbortController();
    const answers = Promise.all([
      client.withAbortSignal(signal).set('order', '1'),
      client.get('order'),
      client.withAbortSignal(signal).set('order', '2'),
      client.multi().get('order').exec(),
    ]);
    expect(await answers).toEqual(['OK', '1', 'OK', ['2']]);
  });
});

describe('what cannot be kept', () => {
  it.each([
    [{ url: 'redis://localhost' }, /url\. .*createRedisResilience/],
    [{ socket: {} }, /socket/],
    [{ password: 'secret' }, /password/],
    [{ clientSideCache: {} }, /clientSideCache/],
    [{ RESP: 4 }, /2 or 3/],
    [{ databse: 1 }, /databse/],
  ])('the option %j is refused', (options, message) => {
    const resilience = createRedisResilience({ host: server.host, port: server.port, lazyConnect: true });
    onTestFinished(() => resilience.close({ drainMs: 0 }));
    expect(() =>
      createNodeRedisClient(resilience, redis, { RESP: newestProtocol, ...options } as never),
    ).toThrow(message);
  });

  it.each([
    ['HELLO', ['HELLO', '3']],
    ['RESET', ['RESET']],
    ['MONITOR', ['monitor']],
    ['CLIENT REPLY', ['CLIENT', 'REPLY', 'OFF']],
    ['CLIENT TRACKING', ['CLIENT', 'TRACKING', 'ON']],
    ['SUBSCRIBE as a raw command', ['SUBSCRIBE', 'a']],
    ['AUTH', ['AUTH', 'secret']],
  ])('%s is refused, and names no argument', async (_name, args) => {
    const { client } = await front(server.url);
    const error = await client.sendCommand(args).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'CONFIGURATION' });
    expect(String(error)).not.toContain('secret');
    await expect(client.multi().addCommand(args).exec()).rejects.toMatchObject({ code: 'CONFIGURATION' });
    expect(await client.ping()).toBe('PONG');
  });

  it('monitor, reset and pools are refused', async () => {
    const { client } = await front(server.url);
    await expect(client.monitor(() => undefined)).rejects.toMatchObject({ code: 'CONFIGURATION' });
    await expect(client.reset()).rejects.toMatchObject({ code: 'CONFIGURATION' });
    expect(() => client.createPool()).toThrow(/createPool/);
  });

  it('a Cluster, another module and no resilience are refused', async () => {
    await using cluster = await startCluster({ nodes: 3, replicas: 0 });
    const resilience = createRedisResilience({ cluster: cluster.addresses });
    onTestFinished(() => resilience.close({ drainMs: 0 }));
    expect(() => createNodeRedisClient(resilience, redis)).toThrow(/Cluster/);
    expect(() => createNodeRedisClient(resilience, {} as never)).toThrow(/module of node-redis/);
    const four = { createClient: () => ({}), commandOptions: () => ({}) };
    expect(() => createNodeRedisClient(resilience, four as never)).toThrow(/5\.1 or later/);
    expect(() => createNodeRedisClient({} as never, redis)).toThrow(/createRedisResilience/);
  });
});

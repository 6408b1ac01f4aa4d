import { createRedisResilience, type RedisResilience } from '@redis-resilience/core';
import { startCluster, startRedis, waitFor, type RedisServer } from '@redis-resilience/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { honest, HostileServer } from '../../bench/fuzz/hostile-server.ts';
import { errorOf } from '../stage/outcome-of.ts';

let server: RedisServer;
let resilience: RedisResilience;

beforeAll(async () => {
  server = await startRedis();
  resilience = createRedisResilience(
    { host: server.host, port: server.port },
    { logger: false, admission: { maxWaiting: 50 } },
  );
  await resilience.ready();
});

afterAll(async () => {
  await resilience.close();
  await server.stop();
});

describe('applyOnce', () => {
  it('answers a repeat with the first answer, and refuses the same id with another command', async () => {
    expect(await resilience.applyOnce('same', 'incrby', 'count', 5)).toBe(5);
    expect(await resilience.applyOnce('same', 'INCRBY', 'count', '5')).toBe(5);
    for (const [command, ...args] of [
      ['incrby', 'count', 6],
      ['decrby', 'count', 5],
      ['incrby', 'another', 5],
      ['set', 'a third', 'x'],
    ] as const) {
      expect(await errorOf(resilience.applyOnce('same', command, ...args))).toMatchObject({
        code: 'CONFIGURATION',
        outcome: 'refused',
      });
    }
    expect(await resilience.client.get('count')).toBe('5');
  });

  it('refuses the same id with another command in a Cluster if the slot is the same', async () => {
    await using cluster = await startCluster();
    const clustered = createRedisResilience({ cluster: cluster.addresses }, { logger: false });
    await clustered.ready();
    expect(await clustered.applyOnce('same', 'incr', '{a}1')).toBe(1);
    expect(await errorOf(clustered.applyOnce('same', 'incr', '{a}2'))).toMatchObject({
      code: 'CONFIGURATION',
    });
    expect(await clustered.applyOnce('same', 'incr', '{a}1')).toBe(1);
    await clustered.close();
  });

  it('applies the write also where a proxy hides a Cluster', async () => {
    await using proxy = await HostileServer.start();
    proxy.hostility = ([name = '', , keys]) => {
      if (!/^evalsha|eval$/i.test(name)) return honest;
      return keys === '3' ? "-CROSSSLOT Keys in request don't hash to the same slot\r\n" : ':7\r\n';
    };
    const proxied = createRedisResilience({ host: proxy.host, port: proxy.port }, { logger: false });
    expect(await proxied.applyOnce('same', 'incr', 'a')).toBe(7);
    await proxied.close();
  });

  it('sends its script once to a server that has lost it, and lets a burst begin in several turns', async () => {
    await resilience.client.script('FLUSH');
    await resilience.client.config('RESETSTAT');
    let applied = 0;
    const all = Array.from({ length: 1000 }, (_, at) =>
      resilience.applyOnce(`burst-${at}`, 'incr', 'burst').finally(() => void applied++),
    );
    await waitFor(() => applied > 0, { message: 'the first reply' });
    expect(applied).toBeLessThan(1000);
    const values = (await Promise.all(all)) as number[];
    expect(values.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, at) => at + 1));
    expect(await resilience.client.info('commandstats')).toMatch(/cmdstat_eval:calls=1,/);
  });

  it.each([
    { toString: 1 },
    Object.create(null),
    [Object.create(null)],
    null,
    undefined,
    Symbol('x'),
    () => 1,
  ])('refuses an argument that is no text', async (argument) => {
    const call = resilience.applyOnce('odd', 'set', 'key', argument as string);
    expect(await errorOf(call)).toMatchObject({ code: 'CONFIGURATION' });
    expect(await resilience.client.get('key')).toBeNull();
  });

  it('waits for Redis within bounds, counted, and goes on when Redis is back', async () => {
    await server.freeze();
    const all = Array.from({ length: 80 }, (_, at) => {
      const call = resilience.applyOnce(`bound-${at}`, 'incr', 'bound');
      return call.then(
        () => 'applied',
        (error: { code: string }) => error.code,
      );
    });
    await waitFor(() => resilience.detail().waiting >= 50, { timeoutMs: 8_000, message: '50 waiting calls' });
    expect(resilience.detail().waiting).toBeLessThanOrEqual(100);
    server.thaw();
    const ends = await Promise.all(all);
    expect(new Set(ends)).toEqual(new Set(['applied', 'OVERLOADED']));
    expect(resilience.detail().waiting).toBe(0);
  });

  it('applies a write of 7,999 arguments, and refuses one of more before anything is sent', async () => {
    const values = Array.from({ length: 7_998 }, (_, index) => index);
    expect(await resilience.applyOnce('many', 'rpush', 'list', ...values)).toBe(7_998);
    expect(await errorOf(resilience.applyOnce('more', 'rpush', 'list', ...values, 'x'))).toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringContaining('Split the write'),
    });
  });

  it('does not show what a request gave as the name of the command', async () => {
    const name = 'no\ncommand '.repeat(100_000);
    const error = await errorOf(resilience.applyOnce('odd', name, 'key'));
    expect(error).toMatchObject({ code: 'CONFIGURATION' });
    expect(error.message.length).toBeLessThan(300);
  });

  it('is no unhandled rejection when nobody awaits it and its resilience closes', async () => {
    const away = createRedisResilience('redis://127.0.0.1:1', { logger: false });
    void away.applyOnce('unawaited', 'incr', 'sold');
    await waitFor(() => away.detail().waiting > 0);
    await away.close();
    await new Promise((resolve) => setImmediate(resolve));
    expect(away.snapshot().connection).toBe('ended');
  });

  it('gives up after timeoutMs, and when its signal aborts', async () => {
    await server.freeze();
    const abort = new AbortController();
    const late = errorOf(resilience.applyOnce({ id: 'late', timeoutMs: 300 }, 'incr', 'late'));
    const aborted = errorOf(resilience.applyOnce({ id: 'left', signal: abort.signal }, 'incr', 'left'));
    expect(await late).toMatchObject({ code: 'COMMAND_TIMEOUT', outcome: 'unknown' });
    await waitFor(() => resilience.detail().waiting > 0, { timeoutMs: 8_000, message: 'a waiting call' });
    abort.abort(new Error('left'));
    expect(await aborted).toMatchObject({ message: 'left' });
    server.thaw();
  });
});

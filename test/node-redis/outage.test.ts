import { createRedisResilience, isRedisResilienceError } from '@redis-resilience/core';
import { createNodeRedisClient } from '@redis-resilience/node-redis';
import { startProxy, startRedis, waitFor } from '@redis-resilience/testing';
import * as redis from 'redis';
import { describe, expect, it, onTestFinished } from 'vitest';
import { newestProtocol } from '../integration/stage/supported-protocols.ts';
import type { Client } from './contract/call-case.ts';
import { eventsOf, front } from './stage.ts';

const script = "return redis.call('INCR', KEYS[1])";

/** Rejections during this test that nobody handled. */
function unhandledRejections(): unknown[] {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  return unhandled;
}

describe('while Redis is away', () => {
  it('commands wait a moment and succeed when it comes back in time', async () => {
    await using server = await startRedis();
    const { client } = await front(server.url, { admission: { maxWaitMs: 5_000 }, timeoutMs: 5_000 });
    await client.set('kept', '1');
    await server.kill();
    const waiting = Promise.all([client.set('a', '1'), client.get('kept'), client.multi().incr('n').exec()]);
    await server.restart();
    expect(await waiting).toEqual(['OK', expect.toBeOneOf(['1', null]), [1]]);
  });

  it('commands fail with code and outcome, and work again afterwards', async () => {
    await using server = await startRedis();
    const { resilience, client } = await front(server.url, { admission: { maxWaitMs: 0 } });
    const events = eventsOf(client);
    await server.kill();
    await waitFor(() => resilience.snapshot().status === 'down');
    for (const call of [
      client.get('a'),
      client.multi().set('a', '1').exec(),
      client.sendCommand(['GET', 'a']),
    ]) {
      await expect(call).rejects.toMatchObject({
        code: 'REDIS_UNAVAILABLE',
        outcome: 'not-applied',
        status: 503,
      });
    }
    expect([client.isOpen, client.isReady]).toEqual([true, false]);
    const ready = new Promise((resolve) => client.once('ready', resolve));
    await server.restart();
    await ready;
    expect([await client.set('a', '1'), client.isReady]).toEqual(['OK', true]);
    expect(events.filter((name) => name !== 'error')).toEqual(['reconnecting', 'connect', 'ready']);
  });

  it('nothing that is not awaited becomes an unhandled rejection', async () => {
    const unhandled = unhandledRejections();
    await using server = await startRedis();
    const { resilience, client } = await front(server.url, { admission: { maxWaitMs: 0 } });
    await server.kill();
    await waitFor(() => resilience.snapshot().status === 'down');
    void client.publish('news', 'hello');
    void client.set('a', '1');
    void client.sendCommand(['SET', 'a', '1']);
    void client.json.get('a');
    void client.multi().set('a', '1').exec();
    void client.multi().set('a', '1').execAsPipeline();
    void client.watch('a');
    const views = client.withCommandOptions({ timeout: 100 });
    void views.get('a');
    await waitFor(() => resilience.snapshot().attempts > 3);
    expect(unhandled).toEqual([]);
    await server.restart();
    await waitFor(() => client.isReady);
    void client.hGet((await client.set('text', '1'), 'text'), 'a');
    await waitFor(() => unhandled.length > 0);
    expect(unhandled).toEqual([expect.any(redis.SimpleError)]);
  });

  it('nothing that is not awaited becomes an unhandled rejection when its client is destroyed', async () => {
    const unhandled = unhandledRejections();
    await using server = await startRedis();
    const { client } = await front(server.url);
    await server.freeze();
    void client.publish('news', 'sent');
    void client.multi().incr('n').exec();
    const awaited = client.get('a');
    client.destroy();
    void client.publish('news', 'late');
    await expect(awaited).rejects.toThrow(redis.DisconnectsClientError);
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
    server.thaw();
  });

  it('connect returns, the client heals by itself, and waitForReady waits', async () => {
    await using server = await startRedis();
    await server.kill();
    const resilience = createRedisResilience(server.url, { logger: false });
    onTestFinished(() => resilience.close({ drainMs: 0 }));
    const client = createNodeRedisClient(resilience, redis, { RESP: newestProtocol }) as unknown as Client;
    const patient = createNodeRedisClient(resilience, redis, {
      RESP: newestProtocol,
      waitForReady: true,
    });
    const own = client.duplicate();
    await Promise.all([client.connect(), own.connect()]);
    expect([client.isOpen, client.isReady, own.isReady]).toEqual([true, false, false]);
    const connected = patient.connect().then(() => patient.isReady);
    const ready = new Promise((resolve) => client.once('ready', resolve));
    await server.restart();
    expect(await connected).toBe(true);
    await ready;
    expect(await client.ping()).toBe('PONG');
    await waitFor(() => own.isReady);
  });

  it('a script that is loaded at the start works once Redis is there, and after it lost its scripts', async () => {
    await using server = await startRedis();
    await server.kill();
    const resilience = createRedisResilience(server.url, { logger: false, admission: { maxWaitMs: 0 } });
    onTestFinished(() => resilience.close({ drainMs: 0 }));
    const client = createNodeRedisClient(resilience, redis, { RESP: newestProtocol });
    await client.connect();
    const digest = await client.scriptLoad(script);
    expect(digest).toMatch(/^[0-9a-f]{40}$/);
    await server.restart();
    await resilience.ready();
    expect(await client.evalSha(digest, { keys: ['n'] })).toBe(1);
    await server.restart();
    await resilience.ready();
    expect(await client.sendCommand(['evalsha', digest, '1', 'n'])).toBe(1);
  });

  it('a subscription is made when it is back, and one that was ended is not restored', async () => {
    await using server = await startRedis();
    const { resilience, client } = await front(server.url);
    const heard: string[] = [];
    await client.subscribe('old', (message) => heard.push(message));
    await server.kill();
    await waitFor(() => resilience.snapshot().status === 'down');
    const subscribed = client.subscribe('new', (message) => heard.push(message));
    const ended = client.unsubscribe('old');
    await server.restart();
    await Promise.all([subscribed, ended]);
    await client.publish('old', 'not heard');
    await client.publish('new', 'heard');
    await waitFor(() => heard.length > 0);
    expect(heard).toEqual(['heard']);
  });

  it('a command with a signal is answered when it is aborted, and never runs', async () => {
    await using server = await startRedis();
    const { resilience, client } = await front(server.url, {
      admission: { maxWaitMs: 30_000 },
      timeoutMs: 30_000,
    });
    await server.kill();
    await waitFor(() => resilience.snapshot().status === 'down');
    const abort = new AbortController();
    const aborted = client.withAbortSignal(abort.signal).set('aborted', '1');
    const timed = client.withCommandOptions({ timeout: 50 }).set('aborted', '2');
    await expect(timed).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE', outcome: 'not-applied' });
    abort.abort();
    await expect(aborted).rejects.toBeInstanceOf(redis.AbortError);
    const later = client.set('later', '1');
    await server.restart();
    await later;
    expect(await client.exists('aborted')).toBe(0);
  });
});

describe('under faults', () => {
  it('a frozen server costs the deadline, and an aborted command that was sent keeps its answer', async () => {
    await using server = await startRedis();
    const { client } = await front(server.url, { timeoutMs: 300 });
    const abort = new AbortController();
    const sent = client.withAbortSignal(abort.signal).get('a');
    await new Promise((resolve) => setImmediate(resolve));
    abort.abort();
    expect(await sent).toBeNull();
    await server.freeze();
    const timed = client.withCommandOptions({ timeout: 100 }).get('a');
    await expect(timed).rejects.toBeInstanceOf(redis.TimeoutError);
    await expect(timed).rejects.toMatchObject({ code: 'COMMAND_TIMEOUT', outcome: 'unknown' });
    const since = Date.now();
    const error: unknown = await client.set('a', '1').catch((reason: unknown) => reason);
    expect(isRedisResilienceError(error) && error.outcome).toBe('unknown');
    expect(Date.now() - since).toBeLessThan(300 + 500);
    server.thaw();
    await waitFor(async () => (await client.get('a').catch(() => 'away')) !== 'away');
  });

  it(
    'a connection that is reset under INCR, MULTI and pipelines loses nothing and applies nothing twice',
    { timeout: 30_000 },
    async () => {
      await using server = await startRedis();
      await using proxy = await startProxy({ target: { host: server.host, port: server.port } });
      const { client } = await front(`redis://127.0.0.1:${proxy.port}`);
      let [acknowledged, unknown] = [0, 0];
      const count = async (call: () => Promise<unknown>): Promise<void> => {
        try {
          await call();
          acknowledged++;
        } catch (error) {
          if (!isRedisResilienceError(error)) throw error;
          if (error.outcome === 'unknown') unknown++;
        }
      };
      for (let round = 0; round < 8; round++) {
        const calls = Array.from({ length: 60 }, (_each, index) => {
          if (index % 3 === 0) return count(() => client.incr('n'));
          if (index % 3 === 1) return count(() => client.multi().incr('n').get('n').exec());
          return count(() => client.multi().get('n').incr('n').execAsPipeline());
        });
        setTimeout(() => proxy.reset(), round % 4);
        await Promise.all(calls);
      }
      const total = Number(await server.command('GET', 'n'));
      expect(total).toBeGreaterThanOrEqual(acknowledged);
      expect(total).toBeLessThanOrEqual(acknowledged + unknown);
      expect(acknowledged).toBeGreaterThan(100);
    },
  );

  it('a WATCH that was lost with its connection is a WatchError', async () => {
    await using server = await startRedis();
    const { client } = await front(server.url);
    await client.watch('guarded');
    await server.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await waitFor(async () => (await client.get('a').catch(() => 'away')) !== 'away');
    await expect(client.multi().set('guarded', '1').exec()).rejects.toBeInstanceOf(redis.WatchError);
    expect(await client.exists('guarded')).toBe(0);
    expect(await client.multi().set('guarded', '1').exec()).toEqual(['OK']);
  });

  it('a blocking command that is issued while Redis is away waits for it', async () => {
    await using server = await startRedis();
    const { resilience, client } = await front(server.url);
    await server.kill();
    await waitFor(() => resilience.snapshot().status === 'down');
    const popped = client.blPop('queue', 10);
    await server.restart();
    await server.command('RPUSH', 'queue', 'element');
    expect(await popped).toEqual({ key: 'queue', element: 'element' });
  });
});

it.each([
  ['begin-again', 'execAsPipeline'],
  ['begin-again', 'exec'],
  ['fail', 'execAsPipeline'],
  ['fail', 'exec'],
] as const)(
  'a step of a scan in several commands never takes the cursor of a server process that is gone: %s, by %s()',
  async (scans, execute) => {
    await using server = await startRedis({ appendonly: true, config: { appendfsync: 'always' } });
    const { client, resilience } = await front(server.url, {
      timeoutMs: 10_000,
      admission: { maxWaitMs: 10_000, patience: 'deadline' },
      retry: { scans },
    });
    let restarts = 0;
    resilience.on('scan-restart', () => restarts++);
    const fields = Array.from({ length: 2000 }, (_, index) => `field:${index}`);
    await client.hSet('users', Object.fromEntries(fields.map((field) => [field, '1'])));
    const found = new Set<string>();
    const step = async (cursor: string): Promise<string> => {
      const [reply] = (await client.multi().hScan('users', cursor).get('a')[execute]()) as unknown as [
        { cursor: string; entries: { field: string }[] },
      ];
      for (const { field } of reply.entries) found.add(field);
      return reply.cursor;
    };
    let cursor = await step('0');
    await server.restart();
    if (scans === 'fail') {
      await expect(step(cursor)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
      return;
    }
    while (cursor !== '0') cursor = await step(cursor);
    expect(fields.filter((field) => !found.has(field))).toEqual([]);
    expect(restarts).toBe(1);
  },
);

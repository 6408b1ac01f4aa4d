import { createRedisResilience, type Logger } from '@redis-resilience/core';
import { freePort, startCluster, startSentinel, waitFor } from '@redis-resilience/testing';
import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { startProtectedRedis } from '../stage/protected-redis.ts';
import { UnhandledRejections } from '../stage/unhandled-rejections.ts';

/** A logger that records the lines, with their levels. */
class KeptLines implements Logger {
  readonly lines: string[] = [];

  info(line: string): void {
    this.lines.push(`info: ${line}`);
  }

  warn(line: string): void {
    this.lines.push(`warn: ${line}`);
  }

  error(line: string): void {
    this.lines.push(`error: ${line}`);
  }
}

describe('the logger', () => {
  it('is told of a Redis that was never there: cause, place, next step, and no password', async () => {
    const logger = new KeptLines();
    const port = await freePort();
    const resilience = createRedisResilience(`redis://shop:hunter2@127.0.0.1:${port}`, {
      name: 'shop',
      logger,
    });
    const outages: string[] = [];
    resilience.on('outage', ({ cause }) => outages.push(cause.code));
    await waitFor(() => logger.lines.length > 0);
    expect(logger.lines).toEqual([
      `error: Redis connection shop at 127.0.0.1:${port} is down (connection-refused): ` +
        'Nothing is listening on the configured address and port. Start Redis there, or correct the host and port. ' +
        'To find out why, run npx @redis-resilience/cli doctor with the URL of this Redis.',
    ]);
    expect(outages).toEqual(['connection-refused']);
    expect(resilience.snapshot().outages).toBe(1);
    await resilience.close();
    expect(logger.lines).toHaveLength(1);
  });

  it('is told of the end of an outage, and of none that healed at once', async () => {
    const logger = new KeptLines();
    await using redis = await startProtectedRedis({ resilience: { logger } });
    await redis.server.restart();
    await redis.until('up');
    await redis.server.restart({ afterMs: 600 });
    await redis.until('up');
    expect(logger.lines).toEqual([
      expect.stringMatching(/^error: .* is down \(connection-\w+\): .* Shorter ones before it: 1\.$/),
      expect.stringMatching(/^info: .* is up again after \d\.\d s \(connection-\w+\)\.$/),
    ]);
    const [began, ended] = logger.lines.map((line) => /\((connection-\w+)\)/.exec(line)?.[1]);
    expect(ended).toBe(began);
  });

  it('is told as a warning what works in part', async () => {
    const logger = new KeptLines();
    await using redis = await startProtectedRedis({ resilience: { logger } });
    await redis.server.command('CONFIG', 'SET', 'maxmemory', 1);
    await redis.client.set('secret', 'value').catch(() => undefined);
    await waitFor(() => logger.lines.length > 0);
    expect(logger.lines[0]).toMatch(/^warn: .* is degraded \(out-of-memory\): .* Raise maxmemory/);
    expect(logger.lines[0]).not.toContain('secret');
  });

  it('breaks nothing when it throws', async () => {
    const fail = (): never => {
      throw new Error('a mistake in the logger');
    };
    const logger = { info: fail, warn: fail, error: fail };
    await using redis = await startProtectedRedis({ resilience: { logger } });
    await redis.server.restart({ afterMs: 500 });
    await redis.until('up');
    expect(await redis.client.get('greeting')).toBeNull();
  });

  it('is told where sentinels and clusters are', async () => {
    await using group = await startSentinel();
    await using cluster = await startCluster();
    const logger = new KeptLines();
    const sentinels = group.sentinelAddresses;
    const targets = [{ sentinels: [...sentinels], name: group.name }, { cluster: cluster.addresses }];
    const all = targets.map((target) => createRedisResilience(target as never, { logger }));
    await Promise.all(all.map((each) => each.ready({ timeoutMs: 5_000 })));
    for (const each of all) each.isolate('a drill');
    await waitFor(() => logger.lines.length === 2);
    expect(logger.lines[0]).toContain(
      `at ${group.name} behind the sentinels ${sentinels.map(({ host, port }) => `${host}:${port}`).join(', ')}`,
    );
    const [, line = ''] = logger.lines;
    expect(line).toContain(`at the cluster of 127.0.0.1:${cluster.addresses[0]?.port}`);
    for (const { port } of cluster.addresses) expect(line.split(`:${port}`)).toHaveLength(2);
    await Promise.all(all.map((each) => each.close()));
  });

  it('may be async: a rejection does no harm', async () => {
    using unhandled = new UnhandledRejections();
    let lines = 0;
    const fail = async (): Promise<void> => {
      lines++;
      throw new Error('The disk of the logs is full.');
    };
    const logger = { info: fail, warn: fail, error: fail };
    const resilience = createRedisResilience({ port: await freePort() }, { logger });
    await waitFor(() => lines > 0);
    await resilience.close();
    expect(await unhandled.list()).toEqual([]);
  });

  it('must be able to log', () => {
    expect(() => createRedisResilience(undefined, { logger: { warn() {} } as never })).toThrow(
      /options\.logger must be false or an object with info\(\), warn\(\) and error\(\)/,
    );
  });
});

describe('the client that all callers share', () => {
  it.each<[string, (client: Redis) => Promise<unknown>]>([
    ['a promise', (client) => client.watch('cart')],
    ['a callback', (client) => new Promise((resolve) => void client.watch('cart', resolve))],
    ['its name alone', (client) => client.call('WATCH', 'cart')],
    ['a pipeline', (client) => client.pipeline().get('cart').watch('cart').exec()],
    ['a pipeline that begins with it', (client) => client.pipeline().watch('cart').get('cart').exec()],
  ])('a WATCH on it by %s is told once, with the line to write', async (_how, watch) => {
    const logger = new KeptLines();
    await using redis = await startProtectedRedis({ resilience: { logger, name: 'shop' } });
    const uses: unknown[] = [];
    redis.resilience.on('shared-use', (use) => uses.push(use));

    await watch(redis.client);
    await watch(redis.client);

    expect(logger.lines).toEqual([
      'warn: Redis connection shop: WATCH was called on the client that all callers share: the EXEC of another caller ' +
        'ends it, and yours then runs even if the key has changed. Write resilience.transaction([key], async (tx) => tx.commit((multi) => [multi.incr(key)])).',
    ]);
    expect(uses).toEqual([{ use: 'watch', command: 'watch' }]);
    expect(redis.resilience.detail().shared).toEqual({ watch: true, blocking: false });
  });

  it.each<[string, (client: Redis) => Promise<unknown>]>([
    ['a promise', (client) => client.blpop('jobs', 0.01)],
    ['its name alone', (client) => client.call('BLPOP', 'jobs', '0.01')],
    ['a pipeline', (client) => client.pipeline().get('cart').blpop('jobs', 0.01).exec()],
  ])('a blocking call on it by %s is told once, with the line to write', async (_how, block) => {
    const logger = new KeptLines();
    await using redis = await startProtectedRedis({ resilience: { logger, name: 'shop' } });

    await block(redis.client);
    await block(redis.client);

    expect(logger.lines).toEqual([
      'info: Redis connection shop: BLPOP was called on the client that all callers share: all callers behind it ' +
        "wait. Write resilience.lease((client) => client.blpop('jobs', 5)), or use client.duplicate().",
    ]);
  });

  it('nothing is told of leased clients, duplicates, or commands that do not block', async () => {
    const logger = new KeptLines();
    await using redis = await startProtectedRedis({ resilience: { logger } });
    const duplicate = redis.client.duplicate();

    await redis.resilience.lease(async (client) => {
      await client.watch('cart');
      await client.blpop('jobs', 0.01);
      const own = client.duplicate();
      await own.blpop('jobs', 0.01);
      own.disconnect();
    });
    await redis.resilience.transaction(['cart'], (tx) => tx.commit((multi) => [multi.incr('cart')]));
    await duplicate.watch('cart');
    await duplicate.blpop('jobs', 0.01);
    await duplicate.duplicate().blpop('jobs', 0.01);
    await redis.client.multi().blpop('jobs', 1).exec();
    await redis.client.xread('COUNT', 1, 'STREAMS', 'log', '0');

    expect(logger.lines).toEqual([]);
    expect(redis.resilience.detail().shared).toEqual({ watch: false, blocking: false });
  });
});

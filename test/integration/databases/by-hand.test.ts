import { createRedisResilience } from '@redis-resilience/core';
import { renderHealth } from '@redis-resilience/core/http';
import { startRedis, waitFor, type RedisServer } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { CallLoop } from '../stage/call-loop.ts';
import { errorOf } from '../stage/outcome-of.ts';
import { waitUntilStatus } from '../stage/protected-redis.ts';
import { DatabaseStage } from './database-stage.ts';

describe('a change by hand', () => {
  it.concurrent('is made in peace, in both directions, and told to operator and health', async () => {
    const lines: string[] = [];
    const tell = (line: string): void => void lines.push(line);
    await using stage = await DatabaseStage.start({
      resilience: { logger: { info: tell, warn: tell, error: tell } },
    });
    const { resilience } = stage;
    const loop = new CallLoop(() => stage.client.incr('visits'), 1);
    await loop.untilAnswered(20);
    await resilience.failover();
    const health = JSON.parse(renderHealth([resilience]).body) as { status: string };
    await loop.untilAnswered(20);
    await resilience.failover('first');

    const calls = await loop.finish();
    expect(loop.failures).toEqual([]);
    const visits = await Promise.all(
      [stage.first, stage.second].map((server) => server.command('GET', 'visits')),
    );
    expect(visits.map(Number).reduce((sum, count) => sum + count)).toBe(calls.length);
    expect(stage.changes.map(({ to, reason }) => `${reason} to ${to}`)).toEqual([
      'by-hand to second',
      'by-hand to first',
    ]);
    expect(health.status).toBe('warn');
    expect(lines).toEqual([
      expect.stringMatching(
        /^Redis connection default uses its database second at .* in place of first \(by-hand\), after [\d.]+ s\. failover\('first'\) switches back now\.$/,
      ),
      expect.stringMatching(
        /^Redis connection default uses its database first at .* in place of second \(by-hand\)/,
      ),
    ]);
    expect(lines[0]).toContain(String(stage.second.port));
  });

  it.concurrent(
    'lets calls that block go on, on the shared client, a duplicate and a lease alike',
    async () => {
      await using stage = await DatabaseStage.start({ resilience: { failback: { afterMs: false } } });
      const { resilience, client, first, second } = stage;
      const duplicate = client.duplicate();
      const jobs = Promise.all([
        client.blpop('shared', 0),
        duplicate.blmpop(0, 1, 'duplicate', 'LEFT'),
        resilience.lease((leased) => leased.bzpopmin('leased', 30)),
      ]);
      await blockedOn(first, 3);
      for (const [name, server] of [
        ['second', second],
        ['first', first],
        ['second', second],
      ] as const) {
        await resilience.failover(name);
        await blockedOn(server, 3);
      }
      await second.command('RPUSH', 'shared', 'one');
      await second.command('RPUSH', 'duplicate', 'two');
      await second.command('ZADD', 'leased', '3', 'three');

      expect(await jobs).toEqual([
        ['shared', 'one'],
        ['duplicate', ['two']],
        ['leased', 'three', '3'],
      ]);
      expect(stage.changes).toHaveLength(3);
    },
  );

  it.concurrent('answers with null a call that blocks, once its own time has passed', async () => {
    await using stage = await DatabaseStage.start({ resilience: { failback: { afterMs: false } } });
    const { resilience, client, first } = stage;
    const job = client.blpop('jobs', 0.5);
    await blockedOn(first, 1);
    await resilience.failover('second');

    expect(await job).toBeNull();
  });

  it.concurrent(
    'is not tried while a call blocks that cannot be let go, and hurts nobody meanwhile',
    async () => {
      await using stage = await DatabaseStage.start({ resilience: { failback: { afterMs: false } } });
      const { resilience, client, first } = stage;
      const duplicate = client.duplicate();
      const wait = duplicate.wait(1, 1_500);
      await blockedOn(first, 1);
      const change = resilience.failover('second');
      const loop = new CallLoop(() => client.set('greeting', 'hello'));
      await loop.untilAnswered(20);
      await change;

      expect(await wait).toBe(0);
      await loop.finish();
      expect(loop.failures).toEqual([]);
    },
  );

  it.concurrent('is refused for a database that does not answer, and for one that there is not', async () => {
    await using stage = await DatabaseStage.start();
    await stage.second.kill();
    await stage.untilHealth('second', 'down');

    expect(await errorOf(stage.resilience.failover('second'))).toMatchObject({ code: 'REDIS_UNAVAILABLE' });
    expect(await errorOf(stage.resilience.failover('third'))).toMatchObject({ code: 'CONFIGURATION' });
    expect(() => stage.resilience.setDatabaseWeight('second', Number.NaN)).toThrow(/must be a number/);
    expect(stage.inUse).toBe('first');
  });

  it.concurrent('needs several databases', async () => {
    await using server = await startRedis();
    const resilience = createRedisResilience(server.url);
    expect(resilience.databases()).toEqual([]);
    expect(resilience.snapshot().database).toBeUndefined();
    expect(await errorOf(resilience.failover())).toMatchObject({ code: 'CONFIGURATION' });
    await resilience.close();
  });

  it.concurrent('is made by another weight, after unbroken health', async () => {
    await using stage = await DatabaseStage.start({ resilience: { failback: { afterMs: 200 } } });
    stage.resilience.setDatabaseWeight('second', 3);
    expect(stage.resilience.snapshot().database).toEqual({
      name: 'first',
      preferred: false,
      readOnly: false,
    });
    await stage.untilOn('second');
    expect(stage.resilience.snapshot().database).toEqual({
      name: 'second',
      preferred: true,
      readOnly: false,
    });
  });
});

describe('several URLs in one text', () => {
  it.concurrent('are databases, the first of which is preferred', async () => {
    await using first = await startRedis();
    await using second = await startRedis();
    const resilience = createRedisResilience(`${first.url}, ${second.url}/2`, { logger: false });
    await resilience.ready();
    expect(resilience.databases()).toMatchObject([
      { name: 'first', inUse: true, preferred: true },
      { name: 'second', inUse: false, preferred: false },
    ]);
    await resilience.close();
  });
});

describe('a read-only database', () => {
  it.concurrent('serves reads while no other one is there, and is left for one that is', async () => {
    await using stage = await DatabaseStage.start({
      targets: (first, second) => [
        { name: 'first', target: first.url },
        { name: 'second', target: second.url, readOnly: true },
      ],
      resilience: { failback: { afterMs: false } },
    });
    await stage.second.command('SET', 'greeting', 'old');
    await stage.first.kill();
    await stage.untilOn('second');
    await waitUntilStatus(stage.resilience, 'degraded');
    const { reads, writes, database, cause } = stage.resilience.snapshot();
    const read = await stage.client.get('greeting');
    const write = await errorOf(stage.client.set('greeting', 'new'));
    await stage.first.start();
    await stage.untilOn('first');

    expect({ reads, writes, cause: cause?.code }).toEqual({ reads: true, writes: false, cause: 'read-only' });
    expect(database).toEqual({ name: 'second', preferred: false, readOnly: true });
    expect(read).toBe('old');
    expect(write).toMatchObject({ code: 'REDIS_UNAVAILABLE', reason: 'read-only', outcome: 'not-applied' });
    expect(await stage.client.set('greeting', 'new')).toBe('OK');
    expect(await stage.second.command('GET', 'greeting')).toBe('old');
  });
});

describe('a primary that became a replica, and finds no successor', () => {
  it.concurrent('is left for a database that takes writes', async () => {
    await using stage = await DatabaseStage.start();
    const loop = new CallLoop(() => stage.client.set('greeting', 'hello'));
    await loop.untilAnswered(20);
    await stage.first.command('REPLICAOF', '127.0.0.1', '1');
    await stage.untilOn('second');
    await loop.untilAnswered(20);

    await loop.finish();
    expect(loop.failures).toEqual([]);
    expect(stage.changes).toMatchObject([{ to: 'second', reason: 'read-only' }]);
  });
});

/** Resolves when `count` calls block on this server. */
async function blockedOn(server: RedisServer, count: number): Promise<void> {
  await waitFor(async () => (await server.info('clients'))['blocked_clients'] === String(count), {
    message: `${count} calls to block`,
  });
}

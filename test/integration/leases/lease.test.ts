import {
  runWithBudget,
  type PoolOptions,
  type RedisResilience,
  type ResilienceEvents,
} from '@redis-resilience/core';
import { waitFor } from '@redis-resilience/testing';
import type { Redis } from 'ioredis';
import { setTimeout as delay } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { slackMs } from '../../slack.ts';
import { errorOf } from '../stage/outcome-of.ts';
import { startProtectedRedis, type ProtectedRedisOptions } from '../stage/protected-redis.ts';

describe('a lease', () => {
  it('lets a blocking call hold up nobody else', async () => {
    await using redis = await startProtectedRedis();

    const popped = redis.resilience.lease((client) => client.blpop('jobs', 5));
    await waitFor(() => redis.resilience.detail().pool.active === 1, { message: 'the lease' });
    await redis.client.rpush('jobs', 'first');

    expect(await popped).toEqual(['jobs', 'first']);
  });

  it('gives the same connection to one caller after the other', async () => {
    await using redis = await startProtectedRedis();
    const id = (): Promise<unknown> => redis.resilience.lease((client) => client.client('ID'));

    const first = await id();

    expect(await id()).toBe(first);
    expect(await redis.client.client('ID')).not.toBe(first);
    expect(redis.resilience.detail().pool).toMatchObject({ active: 0, idle: 1, pending: 0, waiting: 0 });
  });

  it('gives each caller a connection of its own at the same time, up to the largest number', async () => {
    await using redis = await startProtectedRedis(pool({ max: 3 }));

    const ids = await Promise.all(
      Array.from({ length: 9 }, () =>
        redis.resilience.lease(async (client) => {
          await delay(5);
          return await client.client('ID');
        }),
      ),
    );

    expect(new Set(ids).size).toBe(3);
  });

  it('serves callers in their order', async () => {
    await using redis = await startProtectedRedis(pool({ max: 1 }));
    const served: number[] = [];

    await Promise.all(
      [0, 1, 2, 3, 4].map((index) =>
        redis.resilience.lease(async (client) => {
          await client.ping();
          served.push(index);
        }),
      ),
    );

    expect(served).toEqual([0, 1, 2, 3, 4]);
  });

  it('rejects with what its work threw, and takes the connection back', async () => {
    await using redis = await startProtectedRedis();

    const error = await errorOf(redis.resilience.lease(() => Promise.reject(new Error('of the work'))));
    const thrown = await errorOf(
      redis.resilience.lease(() => {
        throw new Error('at once');
      }),
    );

    expect([error, thrown].map(String)).toEqual(['Error: of the work', 'Error: at once']);
    expect(redis.resilience.detail().pool).toMatchObject({ active: 0, idle: 1 });
  });

  it('lasts until its work has settled, whoever made the promise', async () => {
    await using redis = await startProtectedRedis();
    const OtherPromise = runInNewContext('Promise') as PromiseConstructor;

    const answer = redis.resilience.lease((client) =>
      OtherPromise.resolve(delay(20)).then(() => client.ping()),
    );

    expect(await answer).toBe('PONG');
  });

  it('connects a lazy client that was never used', async () => {
    await using redis = await startProtectedRedis({ client: { lazyConnect: true }, waitUntilUp: false });

    expect(await redis.resilience.lease((client) => client.ping())).toBe('PONG');
  });
});

describe('the client of a lease that is over', () => {
  it.each<[string, (client: Redis) => unknown]>([
    ['a command', (client) => client.set('late', '1')],
    ['a command by its name', (client) => client.call('SET', 'late', '1')],
    ['a pipeline', async (client) => (await client.pipeline().set('late', '1').exec())?.[0]?.[0]],
    ['a transaction', (client) => client.multi().set('late', '1').exec()],
    ['SUBSCRIBE', (client) => client.subscribe('news')],
    ['QUIT', (client) => client.quit()],
    ['connect()', (client) => client.connect()],
    ['MONITOR', (client) => client.monitor()],
  ])('rejects %s, and sends nothing', async (_what, use) => {
    await using redis = await startProtectedRedis();
    const leaked = await redis.resilience.lease((client) => ({ client }));
    const monitored = await commandsDuring(redis.client, async () => {
      const result = use(leaked.client);
      const error = result instanceof Promise ? await result.catch((thrown: unknown) => thrown) : result;

      expect(error).toMatchObject({ code: 'LEASE_ENDED', reason: 'closed', outcome: 'not-applied' });
    });

    expect(monitored.filter((command) => /late|news|quit/i.test(command))).toEqual([]);
  });

  it('rejects while its connection is with another caller, whose calls go on', async () => {
    await using redis = await startProtectedRedis(pool({ max: 1 }));
    const leaked = await redis.resilience.lease((client) => ({ client }));

    await redis.resilience.lease(async (client) => {
      expect(await errorOf(leaked.client.get('key'))).toMatchObject({ code: 'LEASE_ENDED' });
      leaked.client.disconnect();
      expect(await client.set('key', 'value')).toBe('OK');
    });
  });

  it('rejects a chain that was begun inside the lease', async () => {
    await using redis = await startProtectedRedis();
    const leaked = await redis.resilience.lease((client) => ({ chain: client.multi().set('late', '1') }));

    expect(await errorOf(leaked.chain.exec())).toMatchObject({ code: 'LEASE_ENDED' });
    expect(await redis.client.get('late')).toBeNull();
  });
});

describe('what a lease leaves behind', () => {
  it.each<[string, (client: Redis) => unknown]>([
    ['nothing', (client) => client.get('key')],
    ['WATCH', (client) => client.watch('key')],
    ['MULTI', (client) => client.multi({ pipeline: false })],
    ['WATCH and MULTI', (client) => client.watch('key').then(() => client.multi({ pipeline: false }))],
    ['SELECT', (client) => client.select(5)],
    ['SUBSCRIBE', (client) => client.subscribe('news')],
    ['a blocking call under way', (client) => void client.blpop('jobs', 30).catch(() => undefined)],
    ['calls that were not awaited', (client) => void Promise.all([client.set('a', '1'), client.incr('a')])],
    ['CLIENT SETNAME', (client) => client.client('SETNAME', 'mine')],
    ['CLIENT NO-EVICT', (client) => client.client('NO-EVICT', 'ON')],
    ['CLIENT TRACKING', (client) => client.client('TRACKING', 'ON')],
    ['disconnect()', (client) => client.disconnect()],
    ['QUIT', (client) => client.quit()],
    ['AUTH that failed', (client) => client.auth('wrong').catch(() => undefined)],
    ['RESET', (client) => client.call('RESET')],
  ])('is not passed on: %s', async (_what, use) => {
    await using redis = await startProtectedRedis(pool({ max: 1 }));

    await redis.resilience.lease(async (client) => {
      await use(client);
    });
    const seen = await redis.resilience.lease(async (client) => {
      await redis.client.set('key', String(Math.random()));
      const answers = await client.multi().set('mine', '1').exec();
      const info = await client.client('INFO');
      return {
        answers,
        info: Object.fromEntries(
          info
            .trim()
            .split(' ')
            .map((each) => each.split('=')),
        ) as object,
      };
    });

    expect(seen.answers).toEqual([[null, 'OK']]);
    expect(seen.info).toMatchObject({
      db: '0',
      name: '',
      sub: '0',
      // The field `multi` is 0 in Valkey after a transaction.
      multi: expect.stringMatching(/^(-1|0)$/) as string,
      flags: 'N',
      redir: '-1',
      user: 'default',
    });
    expect(redis.resilience.detail().pool).toMatchObject({ active: 0, waiting: 0 });
  });

  it('is not passed on: listeners', async () => {
    await using redis = await startProtectedRedis(pool({ max: 1 }));
    const heard: string[] = [];
    const listenersOf = (): Promise<number> =>
      redis.resilience.lease((client) => client.listenerCount('message'));

    await redis.resilience.lease((client) => {
      client.on('message', (channel: string) => heard.push(channel));
      client.once('message', (channel: string) => heard.push(channel));
      expect(client.listenerCount('message')).toBe(2);
    });

    expect(await listenersOf()).toBe(0);
  });
});

describe('a pool that is full', () => {
  it('refuses after the deadline, and says how many are out and for how long', async () => {
    await using redis = await startProtectedRedis(pool({ max: 2 }));
    const { release, held } = holdAll(redis.resilience, 2);
    await held;

    const error = await errorOf(redis.resilience.lease((client) => client.ping(), { timeoutMs: 100 }));
    release();

    expect(error).toMatchObject({ code: 'OVERLOADED', outcome: 'not-applied', reason: 'overloaded' });
    expect(String(error)).toMatch(/2 of 2 connections of the pool are leased, the oldest for \d+ ms/);
  });

  it('refuses at once when too many wait', async () => {
    await using redis = await startProtectedRedis(pool({ max: 1, maxWaiting: 1 }));
    const { release, held } = holdAll(redis.resilience, 1);
    await held;
    const first = redis.resilience.lease((client) => client.ping());

    const error = await errorOf(redis.resilience.lease((client) => client.ping()));
    release();

    expect(error).toMatchObject({ code: 'OVERLOADED' });
    expect(String(error)).toContain('1 callers wait already');
    expect(await first).toBe('PONG');
  });

  it('refuses at once a lease inside a lease, which would wait for itself', async () => {
    await using redis = await startProtectedRedis(pool({ max: 1 }));
    const startedAt = performance.now();

    const error = await redis.resilience.lease(() =>
      errorOf(redis.resilience.lease((client) => client.ping(), { timeoutMs: 5_000 })),
    );

    expect(error).toMatchObject({ code: 'OVERLOADED' });
    expect(String(error)).toContain('would wait for itself');
    expect(performance.now() - startedAt).toBeLessThan(1_000 + slackMs);
  });

  it('lets what a lease started, and left running, lease after it', async () => {
    await using redis = await startProtectedRedis(pool({ max: 1 }));
    const later = await redis.resilience.lease(() => ({
      pong: delay(20).then(() => redis.resilience.lease((client) => client.ping())),
    }));

    expect(await later.pong).toBe('PONG');
  });
});

describe('the bounds of a lease', () => {
  it('its deadline holds for its work too', async () => {
    await using redis = await startProtectedRedis();
    await redis.resilience.lease((client) => client.ping());

    const error = await errorOf(redis.resilience.lease(() => delay(60_000), { timeoutMs: 50 }));

    expect(error).toMatchObject({ code: 'COMMAND_TIMEOUT', outcome: 'unknown' });
    expect(redis.resilience.detail().pool.active).toBe(0);
  });

  it('its signal ends it while it waits, and while it works', async () => {
    await using redis = await startProtectedRedis(pool({ max: 1 }));
    const abort = new AbortController();
    const working = errorOf(redis.resilience.lease(() => delay(60_000), { signal: abort.signal }));
    await waitFor(() => redis.resilience.detail().pool.active === 1);
    const waiting = errorOf(redis.resilience.lease((client) => client.ping(), { signal: abort.signal }));

    abort.abort(new Error('gone home'));

    expect((await Promise.all([working, waiting])).map(String)).toEqual([
      'Error: gone home',
      'Error: gone home',
    ]);
    expect(redis.resilience.detail().pool).toMatchObject({ active: 0, waiting: 0 });
  });

  it('the budget of its request holds while it waits', async () => {
    await using redis = await startProtectedRedis(pool({ max: 1 }));
    const { release, held } = holdAll(redis.resilience, 1);
    await held;

    const error = await runWithBudget(80, () => errorOf(redis.resilience.lease((client) => client.ping())));
    release();

    expect(error).toMatchObject({ code: 'BUDGET_EXCEEDED' });
  });

  it('one that is kept for too long is reported with its name', async () => {
    await using redis = await startProtectedRedis(pool({ maxLeaseMs: 50 }));
    const events: ResilienceEvents['lease-overdue'][] = [];
    redis.resilience.on('lease-overdue', (event) => events.push(event));

    await redis.resilience.lease(() => delay(150), { name: 'export' });

    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ name: 'export', isRevoked: false });
    expect(events[0]?.heldMs).toBeGreaterThanOrEqual(50);
  });

  it('one that is kept for too long is revoked where that is wanted', async () => {
    await using redis = await startProtectedRedis(pool({ maxLeaseMs: 50, revoke: true, max: 1 }));
    const events: ResilienceEvents['lease-overdue'][] = [];
    redis.resilience.on('lease-overdue', (event) => events.push(event));

    const error = await errorOf(redis.resilience.lease((client) => client.blpop('jobs', 30)));

    expect(error).toMatchObject({ code: 'LEASE_ENDED', reason: 'slow', outcome: 'unknown' });
    expect(events).toMatchObject([{ isRevoked: true }]);
    expect(await redis.resilience.lease((client) => client.ping())).toBe('PONG');
  });

  it('close waits for the leases that are out, and gives no more', async () => {
    await using redis = await startProtectedRedis();
    const work = redis.resilience.lease(async (client) => {
      await delay(80);
      return await client.ping();
    });
    await waitFor(() => redis.resilience.detail().pool.active === 1);

    const closing = redis.resilience.close({ drainMs: 5_000 });
    const refused = await errorOf(redis.resilience.lease((client) => client.ping()));
    await closing;

    expect(refused).toMatchObject({ code: 'REDIS_UNAVAILABLE', reason: 'closed' });
    expect(await work).toBe('PONG');
  });

  it('close ends the leases that take longer than it may wait', async () => {
    await using redis = await startProtectedRedis();
    const work = errorOf(redis.resilience.lease(() => delay(60_000)));
    await waitFor(() => redis.resilience.detail().pool.active === 1);

    await redis.resilience.close({ drainMs: 20 });

    expect(await work).toMatchObject({ code: 'LEASE_ENDED', reason: 'closed', outcome: 'unknown' });
  });

  it('a connection that nobody has used for long is closed, down to the smallest number', async () => {
    await using redis = await startProtectedRedis(pool({ idleMs: 50, min: 1 }));
    await Promise.all([1, 2, 3].map(() => redis.resilience.lease(() => delay(20))));

    const isOneLeft = (): boolean => {
      const { idle, pending } = redis.resilience.detail().pool;
      return idle === 1 && pending === 0;
    };
    await waitFor(isOneLeft, { message: 'one to be left' });
    await delay(100);

    expect(redis.resilience.detail().pool).toMatchObject({ idle: 1, pending: 0 });
  });
});

function pool(options: PoolOptions): ProtectedRedisOptions {
  return { resilience: { pool: options } };
}

/** Holds this many leases until `release` is called. */
function holdAll(
  resilience: RedisResilience,
  count: number,
): { release: () => void; held: Promise<unknown> } {
  let release = (): void => undefined;
  const until = new Promise<void>((resolve) => {
    release = resolve;
  });
  const all = Array.from({ length: count }, () => resilience.lease(() => until));
  void Promise.all(all);
  return {
    release,
    held: waitFor(() => resilience.detail().pool.active === count, { message: 'all leases' }),
  };
}

/** Returns the commands that the server received meanwhile, as MONITOR shows them. */
async function commandsDuring(client: Redis, work: () => Promise<void>): Promise<readonly string[]> {
  const seen: string[] = [];
  const monitor = await client.monitor();
  monitor.on('monitor', (_time: string, args: string[]) => seen.push(args.join(' ')));
  await work();
  await client.echo('end of the work');
  await waitFor(() => seen.some((command) => command.includes('end of the work')));
  monitor.disconnect();
  return seen;
}

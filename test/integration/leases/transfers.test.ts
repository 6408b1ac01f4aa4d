import { isRedisResilienceError, type RedisResilience, type TransactionClient } from '@redis-resilience/core';
import type { RedisServer } from '@redis-resilience/testing';
import type { Redis } from 'ioredis';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { startProtectedRedis } from '../stage/protected-redis.ts';

const accounts = Array.from({ length: 20 }, (_, index) => `account:${index}`);
const balance = 100;
const transfers = 200;

it('200 transfers that WATCH on the shared client at the same time lose or make money', async () => {
  await using redis = await startProtectedRedis();
  await open(redis.server);

  await Promise.all(pairs(transfers).map(([from, to]) => transferOnShared(redis.client, from, to)));

  expect(await total(redis.server)).not.toBe(accounts.length * balance);
});

it.each<[string, (tx: TransactionClient) => Promise<unknown>]>([
  ['an earlier commit()', (tx) => tx.commit((multi) => [multi.set('count', 1)])],
  ['its own EXEC', (tx) => tx.multi().set('count', 1).exec()],
  ['UNWATCH', (tx) => tx.unwatch()],
])('commit() is refused when %s has ended the watch on the keys', async (_what, end) => {
  await using redis = await startProtectedRedis();

  const transacted = redis.resilience.transaction(['count'], async (tx) => {
    await end(tx);
    return await tx.commit((multi) => [multi.set('count', 2)]);
  });

  await expect(transacted).rejects.toThrow(/no longer watched/);
  expect(await redis.client.get('count')).not.toBe('2');
});

it('a transaction whose connection breaks before the answer to WATCH runs again', async () => {
  await using redis = await startProtectedRedis();
  await open(redis.server);
  expect(await transfer(redis.resilience, 'account:0', 'account:1', 1_000)).toBe('moved');

  redis.proxy.cutAfter(0);

  expect(await transfer(redis.resilience, 'account:0', 'account:1', 1_000)).toBe('moved');
  // The proxy has accepted at least the shared connection, the leased one, and the replacement of the leased one; on a
  // busy machine, core may have connected more often.
  expect(redis.proxy.accepted).toBeGreaterThanOrEqual(3);
  expect(await total(redis.server)).toBe(accounts.length * balance);
});

it('200 transfers by transaction keep the sum', async () => {
  await using redis = await startProtectedRedis();
  await open(redis.server);

  const moved = await Promise.all(
    pairs(transfers).map(([from, to]) => transfer(redis.resilience, from, to, 10_000)),
  );

  expect(moved).toEqual(Array.from({ length: transfers }, () => 'moved'));
  expect(await total(redis.server)).toBe(accounts.length * balance);
  expect(redis.resilience.detail().pool).toMatchObject({ active: 0, waiting: 0 });
});

it('transfers by transaction keep the sum while connections are reset every 200 to 500 ms, unknown ones counted', async () => {
  await using redis = await startProtectedRedis({ resilience: { timeoutMs: 2_000 } });
  await open(redis.server);
  const resets = (async () => {
    for (const pauseMs of [230, 470, 310, 260, 420]) {
      await delay(pauseMs);
      redis.proxy.reset();
    }
  })();

  const results = await transferUntil(redis.resilience, resets);

  // A transfer is one EXEC, so even if its outcome is unknown, it has moved all of the money or none.
  expect(await total(redis.server)).toBe(accounts.length * balance);
  expect(results.get('moved')).toBeGreaterThan(0);
  expect([...results.keys()].filter((result) => !settledResults.has(result))).toEqual([]);
});

it('transfers by transaction keep the sum through a restart', async () => {
  await using redis = await startProtectedRedis({ server: { appendonly: true } });
  await open(redis.server);
  const restart = (async () => {
    await delay(200);
    await redis.server.kill();
    await delay(300);
    await redis.server.restart();
    await redis.until('up');
    await delay(200);
  })();

  const results = await transferUntil(redis.resilience, restart);

  expect(await total(redis.server)).toBe(accounts.length * balance);
  expect([...results.keys()].filter((result) => !settledResults.has(result))).toEqual([]);
  expect(await transfer(redis.resilience, 'account:0', 'account:1', 1_000)).toBe('moved');
});

const settledResults = new Set([
  'moved',
  'REDIS_UNAVAILABLE',
  'CIRCUIT_OPEN',
  'COMMAND_TIMEOUT',
  'OUTCOME_UNKNOWN',
  'OVERLOADED',
  'WATCH_LOST',
]);

async function open(server: RedisServer): Promise<void> {
  await server.command('MSET', ...accounts.flatMap((account) => [account, String(balance)]));
}

async function total(server: RedisServer): Promise<number> {
  const balances = (await server.command('MGET', ...accounts)) as string[];
  return balances.reduce((sum, each) => sum + Number(each), 0);
}

function pairs(count: number): [string, string][] {
  return Array.from({ length: count }, (_, index) => {
    const from = (index * 7) % accounts.length;
    const to = (from + 1 + (index % (accounts.length - 1))) % accounts.length;
    return [accounts[from] as string, accounts[to] as string];
  });
}

/**
 * Transfers money with WATCH and MULTI as the Redis manual shows, but on a client that other callers use at
 * the same time.
 */
async function transferOnShared(client: Redis, from: string, to: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    await client.watch(from, to);
    const [left, right] = await client.mget(from, to);
    const answers = await client
      .multi()
      .set(from, Number(left) - 1)
      .set(to, Number(right) + 1)
      .exec();
    if (answers !== null) return;
  }
}

async function transfer(
  resilience: RedisResilience,
  from: string,
  to: string,
  timeoutMs: number,
): Promise<string> {
  const work = resilience.transaction(
    [from, to],
    async (tx) => {
      const [left, right] = await tx.mget(from, to);
      await tx.commit((multi) => [multi.set(from, Number(left) - 1), multi.set(to, Number(right) + 1)]);
      return 'moved';
    },
    { timeoutMs, attempts: 100 },
  );
  return await work.catch((error: unknown) => {
    if (isRedisResilienceError(error)) return error.code;
    throw error;
  });
}

/** Runs 20 callers that transfer money until `end`, and returns how many transfers had each result. */
async function transferUntil(resilience: RedisResilience, end: Promise<void>): Promise<Map<string, number>> {
  const results = new Map<string, number>();
  const all = pairs(500);
  let hasEnded = false;
  let next = 0;
  const caller = async (): Promise<void> => {
    while (!hasEnded) {
      const [from, to] = all[next++ % all.length] as [string, string];
      const result = await transfer(resilience, from, to, 1_000);
      results.set(result, (results.get(result) ?? 0) + 1);
    }
  };
  const callers = Array.from({ length: 20 }, caller);
  await end;
  hasEnded = true;
  await Promise.all(callers);
  return results;
}

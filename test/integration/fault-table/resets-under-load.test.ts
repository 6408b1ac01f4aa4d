import { isRedisResilienceError } from '@redis-resilience/core';
import { describe, expect, it } from 'vitest';
import { pass } from '../stage/call-loop.ts';
import { startProtectedRedis, type ProtectedRedis } from '../stage/protected-redis.ts';
import { UnhandledRejections } from '../stage/unhandled-rejections.ts';

interface Ledger {
  readonly acknowledged: Set<string>;
  readonly unknown: Set<string>;
  readonly notApplied: Set<string>;
  readonly wrongReplies: string[];
  readonly strange: unknown[];
  settled: number;
}

describe('a connection that is reset every 200 to 500 ms under load', () => {
  it('every INCR settles, none runs twice, no acknowledgement is lost, and not-applied did not run', async () => {
    await using redis = await startProtectedRedis();
    using unhandled = new UnhandledRejections();
    const count = 6_000;
    const ledger = await underResets(redis, count, async (key) =>
      expectReply(1, await redis.client.incr(key)),
    );

    await expectHistory(redis, ledger, count);
    expect(await unhandled.list()).toEqual([]);
  });

  it('every MULTI settles, none runs twice, no acknowledgement is lost, and not-applied did not run', async () => {
    await using redis = await startProtectedRedis();
    const count = 2_000;
    const ledger = await underResets(redis, count, async (key) => {
      const replies = await redis.client.multi().incr(key).incrby(`${key}:other`, 1).exec();
      expectReply(
        JSON.stringify([
          [null, 1],
          [null, 1],
        ]),
        JSON.stringify(replies),
      );
    });

    await expectHistory(redis, ledger, count);
  });

  it('every pipeline settles, none runs twice, no acknowledgement is lost, and not-applied did not run', async () => {
    await using redis = await startProtectedRedis();
    const count = 2_000;
    const ledger = await underResets(redis, count, async (key) => {
      const replies = await redis.client.pipeline().incr(key).get('greeting').exec();
      const failure = replies?.find(([error]) => error !== null)?.[0];
      if (failure) throw failure;
      expectReply(1, replies?.[0]?.[1]);
    });

    await expectHistory(redis, ledger, count);
  });

  it('every applyOnce is acknowledged, and runs once', async () => {
    await using redis = await startProtectedRedis();
    const count = 2_000;
    const ledger = await underResets(
      redis,
      count,
      async (key) => expectReply(1, await redis.resilience.applyOnce(key, 'incr', key)),
      30_000,
    );

    expect(ledger.acknowledged.size).toBe(count);
    await expectHistory(redis, ledger, count);
  });
});

describe('a server that is frozen under load', () => {
  it('every INCR settles, and none runs twice', async () => {
    await using redis = await startProtectedRedis();
    const count = 2_000;
    const frozen = (async () => {
      await pass(300);
      await redis.server.freeze();
      await pass(1_800);
      redis.server.thaw();
    })();
    const ledger = newLedger();
    await issueAll(count, ledger, async (key) => expectReply(1, await redis.client.incr(key)), 10_000);
    await frozen;
    await redis.until('up');

    await expectHistory(redis, ledger, count);
  });
});

async function underResets(
  redis: ProtectedRedis,
  count: number,
  call: (key: string) => Promise<void>,
  timeoutMs = 10_000,
): Promise<Ledger> {
  const ledger = newLedger();
  const stop = redis.proxy.resetEvery({ minMs: 200, maxMs: 500, seed: 7 });
  await issueAll(count, ledger, call, timeoutMs);
  stop();
  // The number of acknowledged calls depends on the machine; with only a few, the check of the history would
  // prove little.
  expect(ledger.acknowledged.size).toBeGreaterThan(count / 20);
  return ledger;
}

/** Issues 2,000 calls a second, each with its own key, and waits until all have settled. */
async function issueAll(
  count: number,
  ledger: Ledger,
  call: (key: string) => Promise<void>,
  timeoutMs: number,
): Promise<void> {
  const calls: Promise<void>[] = [];
  const startedAt = performance.now();
  while (calls.length < count) {
    const due = Math.min(count, (performance.now() - startedAt) * 2);
    while (calls.length < due) calls.push(issue(`call:${calls.length}`, ledger, call));
    await pass(5);
  }
  // If a call never settles, it is missing from the ledger, and the test fails when it compares the counts.
  await Promise.race([Promise.all(calls), pass(timeoutMs)]);
}

async function issue(key: string, ledger: Ledger, call: (key: string) => Promise<void>): Promise<void> {
  try {
    await call(key);
    ledger.acknowledged.add(key);
  } catch (error) {
    if (error instanceof WrongReply) ledger.wrongReplies.push(error.message);
    else if (!isRedisResilienceError(error)) ledger.strange.push(error);
    else if (error.outcome === 'unknown') ledger.unknown.add(key);
    else ledger.notApplied.add(key);
  } finally {
    ledger.settled++;
  }
}

async function expectHistory(redis: ProtectedRedis, ledger: Ledger, count: number): Promise<void> {
  const values = new Map<string, number>();
  for (let from = 0; from < count; from += 500) {
    const keys = Array.from({ length: Math.min(500, count - from) }, (_, index) => `call:${from + index}`);
    const found = (await redis.server.command('MGET', ...keys)) as (string | null)[];
    for (const [index, value] of found.entries()) values.set(keys[index] as string, Number(value ?? 0));
  }
  const those = (keys: Iterable<string>, wrong: (value: number) => boolean): string[] =>
    [...keys].filter((key) => wrong(values.get(key) ?? 0));
  expect(ledger.settled).toBe(count);
  expect(ledger.wrongReplies).toEqual([]);
  expect(ledger.strange).toEqual([]);
  expect(those(values.keys(), (value) => value > 1)).toEqual([]);
  expect(those(ledger.acknowledged, (value) => value !== 1)).toEqual([]);
  expect(those(ledger.notApplied, (value) => value !== 0)).toEqual([]);
}

function newLedger(): Ledger {
  return {
    acknowledged: new Set(),
    unknown: new Set(),
    notApplied: new Set(),
    wrongReplies: [],
    strange: [],
    settled: 0,
  };
}

class WrongReply extends Error {}

function expectReply(wanted: unknown, given: unknown): void {
  if (wanted !== given) throw new WrongReply(`expected ${String(wanted)}, got ${String(given)}`);
}

import { isRedisResilienceError, remainingBudgetMs, runWithBudget } from '@redis-resilience/core';
import { renderHealth, renderReadiness } from '@redis-resilience/core/http';
import { waitFor } from '@redis-resilience/testing';
import type { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';
import { slackMs } from '../../slack.ts';
import { errorAtOnce, errorOf } from '../stage/outcome-of.ts';
import { startProtectedRedis } from '../stage/protected-redis.ts';
import { UnhandledRejections } from '../stage/unhandled-rejections.ts';

describe('execute()', () => {
  it.concurrent('gives the answer of the operation', async () => {
    await using redis = await startProtectedRedis();
    const fallback = (): string => 'never';
    expect(await redis.resilience.execute((client) => client.set('greeting', 'hello'), { fallback })).toBe(
      'OK',
    );
  });

  it.concurrent('takes the fallback when Redis is away, and not on an answer of the server', async () => {
    await using redis = await startProtectedRedis();
    await redis.client.set('text', 'no list');
    const wrongType = await errorOf(
      redis.resilience.execute((client) => (client as Redis).lpush('text', 'x'), {
        fallback: () => -1,
        lane: 'write',
      }),
    );
    await redis.server.kill();
    await redis.until('down');
    const given: unknown[] = [];
    const value = await redis.resilience.execute((client) => client.get('greeting'), {
      fallback: (error) => {
        given.push(error);
        return 'from elsewhere';
      },
    });

    expect(wrongType.message).toContain('WRONGTYPE');
    expect(value).toBe('from elsewhere');
    expect(isRedisResilienceError(given[0])).toBe(true);
  });

  it.concurrent('ends at its deadline, whatever the operation does, and tells it by the signal', async () => {
    await using redis = await startProtectedRedis();
    let seen: AbortSignal | undefined;
    const error = await errorOf(
      redis.resilience.execute(
        (_client, signal) => {
          seen = signal;
          return new Promise(() => undefined);
        },
        { timeoutMs: 100 },
      ),
    );

    expect(error).toMatchObject({ code: 'COMMAND_TIMEOUT', outcome: 'unknown' });
    expect(seen?.aborted).toBe(true);
  });

  it.concurrent('is cancelled by a signal, with its reason, and listens no more', async () => {
    await using redis = await startProtectedRedis();
    using unhandled = new UnhandledRejections();
    const abort = new AbortController();
    const running = redis.resilience.execute(() => new Promise(() => undefined), {
      signal: abort.signal,
      fallback: () => 'no',
    });
    const reason = new Error('the request is gone');
    abort.abort(reason);

    expect(await errorOf(running)).toBe(reason);
    expect(
      await errorOf(redis.resilience.execute((client) => client.get('a'), { signal: abort.signal })),
    ).toBe(reason);
    expect(await unhandled.list()).toEqual([]);
  });

  it.concurrent('is not begun while its lane is isolated', async () => {
    await using redis = await startProtectedRedis();
    const putBack = redis.resilience.isolate('maintenance');
    let began = false;
    const error = await errorOf(
      redis.resilience.execute(async () => {
        began = true;
      }),
    );
    putBack();

    expect(error).toMatchObject({ code: 'CIRCUIT_OPEN', reason: 'isolated' });
    expect(began).toBe(false);
  });

  it.concurrent('rejects when the operation throws at once', async () => {
    await using redis = await startProtectedRedis();
    const running = redis.resilience.execute(() => {
      throw new TypeError('a mistake of the application');
    });

    expect(await errorOf(running)).toBeInstanceOf(TypeError);
  });
});

describe('isolate()', () => {
  it.concurrent('refuses everything until all holders have put it back', async () => {
    await using redis = await startProtectedRedis();
    const first = redis.resilience.isolate('one');
    const second = redis.resilience.isolate('two');
    const error = await errorOf(redis.client.get('greeting'));
    const { status, cause } = redis.resilience.snapshot();
    first();
    first();
    const still = await errorOf(redis.client.get('greeting'));
    second();

    expect(error).toMatchObject({ code: 'CIRCUIT_OPEN', reason: 'isolated', outcome: 'not-applied' });
    expect({ status, cause: cause?.code }).toEqual({ status: 'down', cause: 'isolated' });
    expect(still).toMatchObject({ code: 'CIRCUIT_OPEN' });
    expect(await redis.client.get('greeting')).toBeNull();
    expect(redis.resilience.snapshot().status).toBe('up');
  });

  it.concurrent('says in the cause why, by the oldest reason that is still held', async () => {
    await using redis = await startProtectedRedis();
    const messages = new Set<string | undefined>();
    redis.resilience.on('change', ({ snapshot }) => messages.add(snapshot.cause?.message));
    const first = redis.resilience.isolate('moving to another rack');
    const before = redis.resilience.snapshot().cause;
    const second = redis.resilience.isolate('a drill');
    first();
    const after = redis.resilience.snapshot().cause;
    second();

    expect([...messages]).toEqual([before?.message, after?.message, undefined]);
    expect(before?.message).toBe('Taken out of use by hand. Reason: moving to another rack');
    expect(after).toEqual({ ...before, message: 'Taken out of use by hand. Reason: a drill' });
  });

  it.concurrent('keeps its reason out of health answers', async () => {
    await using redis = await startProtectedRedis();
    const putBack = redis.resilience.isolate('the secret migration');
    const { body } = renderHealth([redis.resilience]);
    const readiness = renderReadiness([redis.resilience], { critical: true }).body;
    putBack();

    expect(body).toContain('"output":"Taken out of use by hand."');
    expect(readiness).not.toContain('secret');
  });

  it.concurrent('holds through an outage', async () => {
    await using redis = await startProtectedRedis();
    const putBack = redis.resilience.isolate('maintenance');
    await redis.server.restart();
    await waitFor(() => redis.resilience.snapshot().connection === 'ready');
    const { status } = redis.resilience.snapshot();
    putBack();

    expect(status).toBe('down');
    expect(await redis.client.set('greeting', 'hello')).toBe('OK');
  });
});

describe('runWithBudget()', () => {
  it.concurrent('bounds a request of twenty slow calls', async () => {
    await using redis = await startProtectedRedis();
    redis.proxy.latency(20);
    const beganAt = performance.now();
    const errors: unknown[] = [];
    await runWithBudget(300, async () => {
      for (let call = 0; call < 20; call++)
        await redis.client.get('greeting').catch((error: unknown) => errors.push(error));
    });

    expect(performance.now() - beganAt).toBeLessThan(300 + slackMs);
    expect(errors.length).toBeGreaterThan(5);
    expect(errors.at(-1)).toMatchObject({ code: 'BUDGET_EXCEEDED', outcome: 'not-applied' });
  });

  it.concurrent('counts calls at the same time once', async () => {
    await using redis = await startProtectedRedis();
    redis.proxy.latency(50);
    const left = await runWithBudget(1_000, async () => {
      await Promise.all(Array.from({ length: 10 }, () => redis.client.get('greeting')));
      return remainingBudgetMs();
    });

    // If the time of each of the ten calls counted separately, nothing of the budget of 1,000 ms would be left.
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(950);
  });

  it.concurrent('counts nothing for calls that fail at once, and bounds nothing outside of it', async () => {
    await using redis = await startProtectedRedis();
    await redis.server.kill();
    await redis.until('down');
    await errorOf(redis.client.get('greeting'));
    await errorAtOnce(redis.client.get('greeting'));
    const left = await runWithBudget(500, async () => {
      for (let call = 0; call < 50; call++) await redis.client.get('greeting').catch(() => undefined);
      return remainingBudgetMs();
    });

    expect(left).toBeGreaterThan(250);
    expect(remainingBudgetMs()).toBeUndefined();
  });

  it.concurrent('bounds a pipeline and a blocking call as well', async () => {
    await using redis = await startProtectedRedis();
    const beganAt = performance.now();
    const [pipeline, blocking] = await runWithBudget(200, () =>
      Promise.all([
        redis.client.pipeline().get('a').get('b').exec(),
        redis.client.blpop('queue', 5).catch((error: unknown) => error),
      ]),
    );

    expect(performance.now() - beganAt).toBeLessThan(200 + slackMs);
    expect(pipeline).toHaveLength(2);
    expect(blocking).toBeInstanceOf(Error);
  });
});

describe('ready() and reconnect()', () => {
  it.concurrent('ready() rejects with the cause when its time is up, and on abort', async () => {
    await using redis = await startProtectedRedis();
    await redis.server.kill();
    await redis.until('down');
    const abort = new AbortController();
    const aborted = errorOf(redis.resilience.ready({ signal: abort.signal }));
    abort.abort(new Error('no more'));

    expect(await errorOf(redis.resilience.ready({ timeoutMs: 50 }))).toMatchObject({
      code: 'REDIS_UNAVAILABLE',
      reason: redis.resilience.snapshot().cause?.code,
    });
    expect((await aborted).message).toBe('no more');
  });

  it.concurrent('ready() rejects when it is closed meanwhile', async () => {
    await using redis = await startProtectedRedis();
    await redis.server.kill();
    await redis.until('down');
    const waiting = errorOf(redis.resilience.ready());
    await redis.resilience.close();

    expect(await waiting).toMatchObject({ code: 'REDIS_UNAVAILABLE' });
  });

  it.concurrent('reconnect() drops the socket, and resolves on a new one', async () => {
    await using redis = await startProtectedRedis();
    const { localPort } = redis.client.stream;
    await redis.resilience.reconnect('a whim');

    expect(redis.client.stream.localPort).not.toBe(localPort);
    expect(await redis.client.set('greeting', 'hello')).toBe('OK');
  });

  it.concurrent('reconnect() refuses a reason that is no text, and keeps the socket', async () => {
    await using redis = await startProtectedRedis();
    await redis.client.ping();
    const before = redis.proxy.accepted;
    await expect(redis.resilience.reconnect((() => undefined) as never)).rejects.toThrow(
      'The option reconnect.reason must be a string',
    );
    expect(redis.proxy.accepted).toBe(before);
  });

  it.concurrent('reconnect() while away dials at once', async () => {
    await using redis = await startProtectedRedis({ resilience: { connection: { minPeriodMs: 60_000 } } });
    await redis.proxy.refuse({ reset: true });
    await redis.until('down');
    await redis.proxy.heal();
    // Without `reconnect()`, the next attempt would come a minute later, because the last connection was lost
    // shortly after it was established.
    await redis.resilience.reconnect();

    expect(redis.resilience.snapshot().status).toBe('up');
  });
});

it('many operations under one signal warn of no leak, and each is cancelled with it', async () => {
  await using redis = await startProtectedRedis();
  const warnings: Error[] = [];
  const onWarning = (warning: Error): unknown => warnings.push(warning);
  process.on('warning', onWarning);
  const abort = new AbortController();
  const reason = new Error('The request is over.');
  redis.proxy.blackhole({ existing: true, incoming: true });
  const options = { signal: abort.signal, timeoutMs: 5_000 };
  const operations = Array.from({ length: 30 }, () => [
    redis.resilience.execute((client) => client.get('key'), options),
    redis.resilience.lease((client) => client.get('key'), options),
    redis.resilience.transaction(['key'], (transaction) => transaction.get('key'), options),
  ]).flat();
  await new Promise((resolve) => setImmediate(resolve));
  abort.abort(reason);
  const cancelled = await Promise.allSettled(operations);
  redis.resilience.isolate('maintenance');
  const later = new AbortController();
  const waits = Array.from({ length: 30 }, () => redis.resilience.ready({ signal: later.signal }));
  later.abort(reason);
  const settled = [...cancelled, ...(await Promise.allSettled(waits))];
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', onWarning);

  expect(settled.map((each) => (each.status === 'rejected' ? each.reason : undefined))).toEqual(
    [...operations, ...waits].map(() => reason),
  );
  expect(warnings.filter(({ name }) => name === 'MaxListenersExceededWarning')).toEqual([]);
});

it('isolate() after close() changes nothing', async () => {
  await using redis = await startProtectedRedis();
  const { resilience } = redis;
  await resilience.close();
  const before = resilience.snapshot();

  const putBack = resilience.isolate('maintenance');

  expect(resilience.snapshot()).toBe(before);
  putBack();
  expect(resilience.snapshot()).toBe(before);
});

it.each(['new password', { user: 'shop', password: 'secret' }, {}, null])(
  'reauthenticate() refuses what are no credentials, and keeps those it has: case %#',
  async (given) => {
    await using redis = await startProtectedRedis();
    const { resilience, client } = redis;
    await client.ping();

    const error = await errorOf(resilience.reauthenticate(given as never));

    expect(error).toMatchObject({ code: 'CONFIGURATION' });
    expect(String(error)).not.toContain('new password');
    await resilience.reconnect();
    expect(await client.ping()).toBe('PONG');
  },
);

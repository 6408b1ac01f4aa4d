import { isRedisResilienceError } from '@redis-resilience/core';
import { waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { slackMs } from '../../slack.ts';
import { CallLoop, durationOf, summaryOf } from '../stage/call-loop.ts';
import { errorAtOnce, errorOf } from '../stage/outcome-of.ts';
import { startProtectedRedis } from '../stage/protected-redis.ts';
import { UnhandledRejections } from '../stage/unhandled-rejections.ts';

// On a busy machine, a server takes longer to start than calls wait by default.
const patient = { admission: { maxWaitMs: 250 + slackMs } };

describe('a server that is killed and restarted within 200 ms', () => {
  it('nobody notices: reads and last-wins writes all succeed', async () => {
    await using redis = await startProtectedRedis({ resilience: patient });
    using unhandled = new UnhandledRejections();
    const reads = new CallLoop(() => redis.client.get('greeting'));
    const writes = new CallLoop(() => redis.client.set('greeting', 'hello'));
    await reads.untilAnswered(20);

    await redis.server.restart({ afterMs: 20 });
    await reads.untilAnswered(50);

    await Promise.all([reads.finish(), writes.finish()]);
    expect(reads.failures.map(({ error }) => error)).toEqual([]);
    expect(writes.failures.map(({ error }) => error)).toEqual([]);
    expect(await unhandled.list()).toEqual([]);
  });

  it('an INCR succeeds, or says that it may have run', async () => {
    await using redis = await startProtectedRedis({
      server: { appendonly: true, config: { appendfsync: 'always' } },
      resilience: patient,
    });
    const loop = new CallLoop(() => redis.client.incr('visits'));
    await loop.untilAnswered(20);

    await redis.server.restart({ afterMs: 20 });
    await loop.untilAnswered(50);

    const calls = await loop.finish();
    const acknowledged = calls.length - loop.failures.length;
    const unknown = loop.errors.filter(({ outcome }) => outcome === 'unknown').length;
    const total = Number(await redis.server.command('GET', 'visits'));
    expect(loop.failures.every(({ error }) => isRedisResilienceError(error))).toBe(true);
    expect(loop.errors.filter(({ outcome }) => outcome !== 'unknown')).toEqual([]);
    expect(total).toBeGreaterThanOrEqual(acknowledged);
    expect(total).toBeLessThanOrEqual(acknowledged + unknown);
  });
});

describe('a server that is away for long', () => {
  it('callers wait at first, then fail at once, and succeed again soon after it is back', async () => {
    await using redis = await startProtectedRedis();
    using unhandled = new UnhandledRejections();
    const loop = new CallLoop(() => redis.client.get('greeting'));
    await loop.untilAnswered(20);

    const killedAt = performance.now();
    await redis.server.kill();
    await redis.until('down');
    const waiting = errorOf(redis.client.get('greeting'));
    const { waiting: waitingAtFirst } = redis.resilience.detail();
    await waiting;
    await errorAtOnce(redis.client.get('greeting'));
    await waitFor(() => loop.failures.length > 100);
    await redis.server.start({ waitUntil: 'listening' });
    await loop.untilAnswered(20);

    const calls = await loop.finish();
    expect(waitingAtFirst).toBeGreaterThan(0);
    expect(Math.max(...calls.map(durationOf))).toBeLessThan(1_000 + slackMs);
    const refused = loop.failures
      .filter(({ issuedAt }) => issuedAt > killedAt + 50)
      .map(({ error }) => error);
    expect(new Set(refused.map(summaryOf))).toEqual(new Set(['REDIS_UNAVAILABLE: not-applied']));
    expect(new Set(loop.failures.map(({ error }) => isRedisResilienceError(error)))).toEqual(new Set([true]));
    expect(await unhandled.list()).toEqual([]);
  });

  it('the queue stays within its bounds, and calls past them are told so', async () => {
    await using redis = await startProtectedRedis({
      resilience: { admission: { maxWaiting: 10, maxWaitMs: 900 } },
    });
    await redis.server.kill();
    await redis.until('down');

    const calls = Array.from({ length: 100 }, () =>
      redis.client.get('greeting').catch((error: unknown) => error),
    );
    const { waiting } = redis.resilience.detail();

    const errors = (await Promise.all(calls)).filter(isRedisResilienceError);
    expect(waiting).toBe(10);
    expect(errors).toHaveLength(100);
    expect(errors.filter(({ code }) => code === 'OVERLOADED')).toHaveLength(90);
    expect(redis.resilience.detail().waiting).toBe(0);
  });

  it('a command that has given up waiting never runs later', async () => {
    await using redis = await startProtectedRedis({ server: { keep: true } });
    await redis.server.kill();
    await redis.until('down');

    const failed = await redis.client.incr('visits').catch((error: unknown) => error);
    await redis.server.start();
    await redis.until('up');

    expect(failed).toMatchObject({ code: 'REDIS_UNAVAILABLE', outcome: 'not-applied' });
    expect(await redis.client.get('visits')).toBeNull();
  });
});

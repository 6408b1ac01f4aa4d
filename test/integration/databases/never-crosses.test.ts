import { createLocks } from '@redis-resilience/fallback/locks';
import { waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { errorOf } from '../stage/outcome-of.ts';
import { DatabaseStage } from './database-stage.ts';

describe('an id of applyOnce', () => {
  it.concurrent('that may have reached one database is asked there alone', async () => {
    await using stage = await DatabaseStage.start({ resilience: { failback: { afterMs: false } } });
    const { resilience } = stage;
    await resilience.applyOnce('known', 'incr', 'visits');
    await stage.first.freeze();
    const lost = errorOf(resilience.applyOnce('lost', 'incr', 'visits'));
    await stage.untilOn('second');
    const repeated = await errorOf(resilience.applyOnce('known', 'incr', 'visits'));
    const fresh = await resilience.applyOnce('fresh', 'incr', 'visits');

    expect(await lost).toMatchObject({ code: 'OUTCOME_UNKNOWN', outcome: 'unknown' });
    expect(repeated).toMatchObject({ code: 'OUTCOME_UNKNOWN', outcome: 'unknown' });
    expect(fresh).toBe(1);
    stage.first.thaw();
    await stage.untilHealth('first', 'up');
    await resilience.failover('first');
    expect(await resilience.applyOnce('known', 'incr', 'visits')).toBe(1);
    expect(await resilience.applyOnce('lost', 'incr', 'visits')).toBe(2);
    expect(await stage.second.command('GET', 'visits')).toBe('1');
  });

  it.concurrent('that certainly did not run goes on with the next database', async () => {
    await using stage = await DatabaseStage.start();
    await stage.first.kill();
    await waitFor(() => stage.resilience.snapshot().status === 'down');

    expect(await stage.resilience.applyOnce('waited', 'incr', 'visits')).toBe(1);
    expect(stage.inUse).toBe('second');
  });
});

describe('a lock', () => {
  it.concurrent('is lost with the database that gave it, and taken anew on the next one', async () => {
    await using stage = await DatabaseStage.start();
    const locks = createLocks(stage.resilience);
    const lock = await locks.acquire('invoice');
    expect(lock?.isHeld).toBe(true);

    await stage.first.kill();
    await stage.untilOn('second');
    expect(lock).toMatchObject({ isHeld: false, signal: { aborted: true } });
    expect(await errorOf(lock?.extend() ?? Promise.resolve())).toMatchObject({ outcome: 'not-applied' });
    const next = await locks.acquire('invoice');
    await lock?.release();
    expect(next?.isHeld).toBe(true);
    await next?.release();
  });
});

import { waitFor } from '@redis-resilience/testing';
import { describe, expect, it } from 'vitest';
import { CallLoop, pass } from '../stage/call-loop.ts';
import { outcomeOf } from '../stage/outcome-of.ts';
import { DatabaseStage } from './database-stage.ts';

describe('a preferred database that is well again', () => {
  it.concurrent('comes back in peace: no call fails, none runs twice, and no outage is told', async () => {
    await using stage = await DatabaseStage.start({ resilience: { failback: { afterMs: 300 } } });
    const subscriber = stage.client.duplicate();
    const messages: string[] = [];
    const gaps: number[] = [];
    subscriber.on('message', (_channel, message: string) => messages.push(message));
    await subscriber.subscribe('news');
    await stage.first.kill();
    await stage.untilOn('second');
    await waitFor(() => stage.changes.length === 1);
    stage.resilience.on('gap', ({ channels }) => gaps.push(channels));
    const statuses: string[] = [];
    stage.resilience.on('change', ({ snapshot }) => statuses.push(snapshot.status));
    let next = 0;
    const loop = new CallLoop(() => stage.client.incr(`visits:${next++}`), 2);
    await loop.untilAnswered(20);

    await stage.first.start();
    await stage.untilOn('first', 10_000);
    await loop.untilAnswered(20);
    await waitFor(() => gaps.length > 0);
    await stage.first.command('PUBLISH', 'news', 'from the first');
    await waitFor(() => messages.length > 0);

    await loop.finish();
    expect(loop.failures).toEqual([]);
    expect(stage.changes.at(-1)).toMatchObject({ from: 'second', to: 'first', reason: 'coming-back' });
    expect(new Set(statuses)).toEqual(new Set(['up']));
    const keys = Array.from({ length: next }, (_, index) => `visits:${index}`);
    const onFirst = (await stage.first.command('MGET', ...keys)) as (string | null)[];
    const onSecond = (await stage.second.command('MGET', ...keys)) as (string | null)[];
    const applied = onFirst.map((value, index) => Number(value) + Number(onSecond[index]));
    expect(applied.filter((times) => times !== 1)).toEqual([]);
  });

  it.concurrent('waits until what is in flight is answered', async () => {
    await using stage = await DatabaseStage.start({
      second: { config: { 'enable-debug-command': 'yes' } },
      resilience: { failback: { afterMs: 200 } },
    });
    await stage.first.kill();
    await stage.untilOn('second');
    await stage.first.start();
    await stage.untilHealth('first', 'up');
    const slow = stage.client.call('DEBUG', 'SLEEP', '0.5');
    const outcome = await outcomeOf(slow);
    await stage.untilOn('first', 10_000);

    expect(outcome).toEqual({ kind: 'resolved', value: 'OK' });
    expect(stage.changes).toHaveLength(2);
  });

  it.concurrent('takes blocked calls along', async () => {
    await using stage = await DatabaseStage.start({ resilience: { failback: { afterMs: 200 } } });
    await stage.first.kill();
    await stage.untilOn('second');
    const worker = stage.client.duplicate();
    const job = worker.blpop('jobs', 0);
    await waitFor(async () => String(await stage.second.command('CLIENT', 'LIST')).includes('cmd=blpop'));
    await stage.first.start();
    await stage.untilOn('first', 10_000);
    await stage.first.command('RPUSH', 'jobs', 'one');

    expect(await job).toEqual(['jobs', 'one']);
  });

  it.concurrent('stays away when coming back is switched off, until it is asked for by hand', async () => {
    await using stage = await DatabaseStage.start({ resilience: { failback: { afterMs: false } } });
    await stage.first.kill();
    await stage.untilOn('second');
    await stage.first.start();
    await stage.untilHealth('first', 'up');
    await pass(500);
    expect(stage.inUse).toBe('second');

    await stage.resilience.failover('first');
    expect(stage.inUse).toBe('first');
    expect(stage.changes.at(-1)).toMatchObject({ to: 'first', reason: 'by-hand' });
  });
});
